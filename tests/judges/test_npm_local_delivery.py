"""Local delivery with the DCC's open tools as the supplier: over real HTTP, to a home of real processes.

The supplier transforms, signs, and asks for the Command; hands it to the home's PPMID; and returns the
meter's Response, which comes back the same way, to the DCC (SRV 8.13).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import Holding, KeyRing
from doorstep.road.configurations import relays_of
from doorstep.service.clock import WallClock
from doorstep.service.http_server import serving
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.relay_link import RelayServer
from doorstep.service.relay_protocol import Report
from tests.judges.npm import Supplier, zaz_street
from tests.processes.street import DEADLINE, ProcessStreet

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]


class Relays:
    """The supplier's link to the home's PPMID, which the tools have none of."""

    def __init__(self, street: ProcessStreet) -> None:
        self.keys = KeyRing(Holding(FolderKeyStore(street.keys), street.plan.supplier))
        self.server = RelayServer(street.plan.supplier, self.keys, relays_of(street.plan), self)
        self.arrived = asyncio.Event()
        self.responses: asyncio.Queue[bytes] = asyncio.Queue()
        self.app = Starlette(routes=[WebSocketRoute("/v1/relays/{relay}", self._serve)])

    async def online(self, _relay: Eui) -> None:
        self.arrived.set()

    async def offline(self, _relay: Eui) -> None:
        self.arrived.clear()

    async def reported(self, _relay: Eui, report: Report) -> None:
        if report.message:
            self.responses.put_nowait(report.message)

    async def _serve(self, socket: WebSocket) -> None:
        await self.server.serve(socket, socket.path_params["relay"])


class Flow:
    """One street, and what its supplier does."""

    def __init__(self, street: ProcessStreet, supplier: Supplier) -> None:
        self.street, self.supplier = street, supplier
        self.plan = street.plan
        self.meter = street.plan.homes[0].eui("ESME")
        self.relay = street.plan.homes[0].eui("PPMID")
        self.counter = WallClock().now()

    async def run(self) -> None:
        relays = Relays(self.street)
        async with serving(relays.app, "127.0.0.1", self.street.service), asyncio.timeout(4 * DEADLINE):
            await asyncio.to_thread(self.street.start, "ppmid")
            await relays.arrived.wait()
            await asyncio.to_thread(self._tunnel_opened)
            await self._deliver(relays, await asyncio.to_thread(self._critical), 0x004F)
            await self._deliver(relays, await asyncio.to_thread(self._non_critical), 0x0069)

    def _tunnel_opened(self) -> None:
        self.street.until(lambda: self.street.log("ppmid", "note", "tunnel opened"), "the PPMID's tunnel")

    def _critical(self) -> bytes:
        """CV 4, the Pre-Command signed, CV 6: the Command for Local Delivery."""
        self.counter += 1
        transformed = self._ask("7.1", 4, "T", {"EnableSupply": ""})
        assert (transformed["code"], transformed["kind"]) == ("I0", "PreCommand")
        asked = {"payload": transformed["payload"], "eui": str(self.plan.supplier)}
        signed = self.supplier.well("gbcsSign", **asked)["payload"]
        body = {"SignedPreCommand": {"GBCSPayload": signed}}
        return self._command(self._ask("7.1", 6, "D", body))

    def _non_critical(self) -> bytes:
        """CV 2."""
        self.counter += 1
        return self._command(self._ask("4.18", 2, "D", {"ReadMeterBalance": ""}))

    def _command(self, answer: dict[str, str]) -> bytes:
        assert (answer["code"], answer["kind"]) == ("I0", "LocalCommand")
        return base64.b64decode(answer["payload"])

    async def _deliver(self, relays: Relays, command: bytes, code: int) -> None:
        """Through the PPMID, and its Response back to the DCC."""
        assert relays.server.hand(self.relay, f"delivery {code}", command)
        data = await relays.responses.get()
        response = gbcs.decode(data)
        assert (response.header.cra, response.header.message_code) == (gbcs.Cra.RESPONSE, code)
        assert response.header.originator_counter == self.counter
        proof = gbcs.verify(response, relays.keys)
        assert gbcs.Verdict.VERIFIED in (proof.mac, proof.signature)
        arrived = f"Command, counter {self.counter}"
        (executed,) = self.street.log("meter", "executed", arrived)
        assert executed["succeeded"] is True
        routed = self.street.log("hub", "routed", arrived)
        assert {one["source"] for one in routed} == {"a PPMID's tunnel"}
        returned = await asyncio.to_thread(self._return, data)
        assert (returned["code"], returned["kind"]) == ("I99", "NoBody")

    def _return(self, response: bytes) -> dict[str, str]:
        original = f"{self.plan.supplier}:{self.meter}:{self.counter}"
        body = {
            "ReturnLocalCommandResponse": {
                "OriginalRequestID": original,
                "DeviceGBCSResponse": base64.b64encode(response).decode(),
            }
        }
        return self._ask("8.13", 8, "D", body, self.plan.dcc)

    def _ask(
        self, reference: str, cv: int, service: str, body: Mapping[str, object], target: Eui | None = None
    ) -> dict[str, str]:
        signed = self.supplier.well(
            "sign",
            originator=str(self.plan.supplier).lower(),
            target=str(target or self.meter).lower(),
            counter=str(self.counter),
            cv=cv,
            reference=reference,
            variant=reference,
            body=body,
        )
        url = f"http://127.0.0.1:{self.street.gateway}/api/v1/service{service}"
        return self.supplier.well("post", url=url, xml=signed["xml"])


@pytest.mark.timeout(600)
def test_the_whole_flow_with_the_tools_as_the_supplier(tmp_path: Path) -> None:
    plan = zaz_street(tmp_path / "street", {"response_copy": True})
    street = ProcessStreet(plan, tmp_path / "street", tmp_path)
    supplier = Supplier()
    try:
        street.start("dcc", "meter")
        street.start("hub --no-wan")
        asyncio.run(Flow(street, supplier).run())
    finally:
        supplier.close()
        statuses = street.close()
    assert set(statuses.values()) <= {0}, f"{statuses}\n{street.tails()}"
