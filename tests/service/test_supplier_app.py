"""The supplier's HTTP service: orders in, deliveries out, the DCC's receive address, and who is let near."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from msgspec import structs

from doorstep.errors import BadSignature
from doorstep.eui import Eui
from doorstep.road.supplier.delivery import Delivery, Evidence, State
from doorstep.road.supplier.events import Place, Pushed
from doorstep.road.supplier.orders import Route
from doorstep.service.driver import Driver, Stopped
from doorstep.service.receive_address import MAX_PUSH, RECEIVE_PATH
from doorstep.service.relay_link import RelayServer
from doorstep.service.supplier_app import Deliveries, supplier_app
from doorstep.street import street_plan
from tests.service.aio import in_loop
from tests.service.device_keys import PPMID, SUPPLIER, keys_of

STREET = street_plan(2)
METER = STREET.homes[0].eui("ESME")
NOON = 1_764_000_000_000


class Supplier:
    """What stands for the machine: places orders as it should, and remembers what it was given."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.stopped = False
        self.deliveries = Deliveries()

    async def take(self, event: Any) -> None:
        if self.stopped:
            raise Stopped("the driver has stopped")
        self.taken.append(event)
        if isinstance(event, Place):
            self.deliveries.tell(delivery_of(event))

    async def online(self, relay: Eui) -> None: ...

    async def offline(self, relay: Eui) -> None: ...

    async def reported(self, relay: Eui, report: object) -> None: ...


def delivery_of(event: Place) -> Delivery:
    order = event.order
    return Delivery(
        name=order.name,
        target=order.target,
        route=order.route.value,
        variant=order.variant,
        relay=order.relay,
        counter=7,
        state=State.PLACED,
        evidence=Evidence.NONE,
        placed=NOON,
        changed=NOON,
    )


def believed(document: bytes) -> object:
    if document != b"<good/>":
        raise BadSignature("not the DCC's")
    return document


def app_of(supplier: Supplier) -> FastAPI:
    relays = RelayServer(SUPPLIER, keys_of(SUPPLIER), {PPMID}, supplier)
    driver = cast("Driver[Any, Any]", supplier)
    return supplier_app(STREET, driver, supplier.deliveries, relays, believed)


@asynccontextmanager
async def client_of(supplier: Supplier, host: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_of(supplier))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        yield client


@in_loop
async def test_an_order_for_a_home_finds_its_meter_and_its_relay() -> None:
    supplier = Supplier()
    async with client_of(supplier) as client:
        answer = await client.post(
            "/v1/deliveries", json={"use": "enable-supply", "home": "1", "name": "a b/c"}
        )
        assert answer.status_code == 201
        assert answer.json() == {
            "name": "a b/c",
            "target": str(METER),
            "route": "ppmid",
            "relay": str(PPMID),
            "variant": "7.1",
            "use_case": "",
            "message_code": None,
            "counter": 7,
            "state": "placed",
            "final": False,
            "evidence": "none",
            "reason": "",
            "placed": "2025-11-24T16:00:00.000Z",
            "changed": "2025-11-24T16:00:00.000Z",
            "command": "",
            "response": "",
            "utrn": "",
            "steps": [
                {
                    "changed": "2025-11-24T16:00:00.000Z",
                    "state": "placed",
                    "evidence": "none",
                    "reason": "",
                }
            ],
        }
        assert (await client.get("/v1/deliveries/a b/c")).json() == answer.json()
        assert (await client.get("/v1/deliveries")).json() == [answer.json()]
    (place,) = supplier.taken
    assert (place.order.name, place.order.target, place.order.relay) == ("a b/c", METER, PPMID)


@in_loop
async def test_orders_may_name_everything_themselves() -> None:
    supplier = Supplier()
    sr = 'xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"'
    async with client_of(supplier) as client:
        for order in (
            {"home": "home 2", "route": "hht", "use": "top-up", "value": "500"},
            {"home": "1", "route": "wan", "use": "read-balance", "patience_seconds": 0.5},
            {
                "target": str(METER),
                "relay": str(PPMID),
                "route": "both",
                "variant": "7.1",
                "body": f"<sr:EnableSupply {sr}/>",
            },
        ):
            assert (await client.post("/v1/deliveries", json=order)).status_code == 201
    by_hht, by_wan, both = (event.order for event in supplier.taken)
    assert (by_hht.relay, by_hht.pence) == (STREET.homes[1].eui("HHT"), 500)
    assert (by_wan.relay, by_wan.patience) == (None, 500)
    assert (both.route, both.body.name) == (Route.BOTH, "EnableSupply")
    assert len({by_hht.name, by_wan.name, both.name}) == 3  # Made up, and each another.


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({}, "an order has either home or target"),
        ({"home": "1"}, "an order has either use (and value), or variant and body"),
        ({"home": "1", "target": str(METER), "use": "enable-supply"}, "either home or target"),
        ({"home": "1", "use": "enable-supply", "variant": "7.1"}, "either use (and value), or variant"),
        ({"home": "9", "use": "enable-supply"}, "no home '9' in a street of 2"),
        ({"home": "1", "use": "dance"}, "'dance' is not one of"),
        ({"home": "1", "use": "top-up", "value": "0"}, "1 to 8191 pence"),
        ({"home": "1", "use": "enable-supply", "name": "line\nbreak"}, "printable characters"),
        ({"target": "x", "use": "enable-supply"}, "not an Entity Identifier"),
        ({"target": str(METER), "use": "enable-supply"}, "the route ppmid needs a relay"),
        ({"home": "1", "variant": "7.1", "body": "<"}, "not well-formed"),
    ],
)
@in_loop
async def test_orders_that_nobody_could_carry_out_are_refused(order: dict[str, str], said: str) -> None:
    supplier = Supplier()
    async with client_of(supplier) as client:
        answer = await client.post("/v1/deliveries", json=order)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert supplier.taken == []


@pytest.mark.parametrize(
    "order",
    [
        {"home": "1", "use": "enable-supply", "more": 1},
        {"home": "1", "use": "enable-supply", "route": "pigeon"},
        {"home": "1", "use": "enable-supply", "patience_seconds": 0},
        {"home": "1", "use": "enable-supply", "patience_seconds": "inf"},
        {"home": "1", "use": "enable-supply", "name": "n" * 129},
        {"home": 1, "use": ["enable-supply"]},
        [],
        None,
    ],
)
@in_loop
async def test_orders_of_another_form_are_refused(order: object) -> None:
    supplier = Supplier()
    async with client_of(supplier) as client:
        assert (await client.post("/v1/deliveries", json=order)).status_code == 422
        assert (await client.post("/v1/deliveries", content=b"{")).status_code == 422
    assert supplier.taken == []


@in_loop
async def test_a_name_is_given_once() -> None:
    supplier = Supplier()
    order = {"home": "1", "use": "read-balance", "name": "once"}
    async with client_of(supplier) as client:
        assert (await client.post("/v1/deliveries", json=order)).status_code == 201
        again = await client.post("/v1/deliveries", json=order)
    assert (again.status_code, again.json()) == (409, {"error": "a delivery named 'once' exists"})
    assert len(supplier.taken) == 1


@in_loop
async def test_deliveries_are_listed_newest_first_with_their_steps() -> None:
    supplier = Supplier()
    async with client_of(supplier) as client:
        for name in ("a", "b", "c"):
            await client.post("/v1/deliveries", json={"home": "1", "use": "read-balance", "name": name})
        changed = structs.replace(
            supplier.deliveries.steps("a")[0], state=State.SENT, changed=NOON + 1, evidence=Evidence.ISSUED
        )
        supplier.deliveries.tell(changed)
        listed = (await client.get("/v1/deliveries", params={"most": 2})).json()
        assert [one["name"] for one in listed] == ["c", "b"]
        assert (await client.get("/v1/deliveries", params={"most": 0})).status_code == 422
        one = (await client.get("/v1/deliveries/a")).json()
        assert (one["state"], [step["state"] for step in one["steps"]]) == ("sent", ["placed", "sent"])
        missing = await client.get("/v1/deliveries/z")
        assert (missing.status_code, missing.json()) == (404, {"error": "no delivery is named 'z'"})


def test_steps_are_bounded() -> None:
    deliveries = Deliveries()
    supplier = Supplier()
    first = Delivery("a", METER, "wan", "7.1", None, 1, State.PLACED, Evidence.NONE, NOON, NOON)
    for number in range(100):
        deliveries.tell(structs.replace(first, changed=NOON + number))
    assert len(deliveries.steps("a")) == 32
    assert deliveries.steps("a")[-1].changed == NOON + 99
    assert supplier.deliveries.steps("a") == ()


@pytest.mark.parametrize(
    ("content_type", "body", "encoding", "status"),
    [
        ("application/xml", b"<good/>", None, 204),
        ("application/xml; charset=utf-8", b"<good/>", None, 204),
        ("Application/XML", gzip.compress(b"<good/>", mtime=0), "gzip", 204),
        ("text/xml", b"<good/>", None, 404),
        ("", b"<good/>", None, 404),
        ("application/xml", b"<bad/>", None, 400),
        ("application/xml", b"", None, 400),
        ("application/xml", b"<good/>", "gzip", 400),
        ("application/xml", b"x" * (MAX_PUSH + 1), None, 413),
        ("application/xml", gzip.compress(b"x" * (MAX_PUSH + 1), mtime=0), "gzip", 413),
    ],
)
@in_loop
async def test_the_receive_address_answers_as_the_dcc_s_own_client_does(
    content_type: str, body: bytes, encoding: str | None, status: int
) -> None:
    supplier = Supplier()
    headers = {"content-type": content_type} | ({"content-encoding": encoding} if encoding else {})
    async with client_of(supplier) as client:
        answer = await client.post(RECEIVE_PATH, content=body, headers=headers)
    assert (answer.status_code, answer.content) == (status, b"")
    assert supplier.taken == ([Pushed(b"<good/>")] if status == 204 else [])


@in_loop
async def test_nothing_is_acknowledged_by_a_service_that_is_stopping() -> None:
    supplier = Supplier()
    supplier.stopped = True
    async with client_of(supplier) as client:
        pushed = await client.post(
            RECEIVE_PATH, content=b"<good/>", headers={"content-type": "application/xml"}
        )
        ordered = await client.post("/v1/deliveries", json={"home": "1", "use": "read-balance"})
    assert (pushed.status_code, ordered.status_code) == (503, 503)


@in_loop
async def test_a_page_of_another_name_reaches_nothing() -> None:
    supplier = Supplier()
    async with client_of(supplier, host="evil.example") as client:
        answer = await client.post("/v1/deliveries", json={"home": "1", "use": "enable-supply"})
    assert answer.status_code == 400
    assert supplier.taken == []


@in_loop
async def test_a_form_that_a_page_could_post_is_no_order() -> None:
    supplier = Supplier()
    async with client_of(supplier) as client:
        answer = await client.post(
            "/v1/deliveries",
            content=b'{"home": "1", "use": "enable-supply"}',
            headers={"content-type": "text/plain"},
        )
    assert answer.status_code == 422
    assert supplier.taken == []


@in_loop
async def test_the_api_describes_itself() -> None:
    async with client_of(Supplier()) as client:
        described = (await client.get("/openapi.json")).json()
        assert (await client.get("/v1/relays")).json() == []
    assert set(described["paths"]) == {"/v1/deliveries", "/v1/deliveries/{name}", "/v1/relays"}
