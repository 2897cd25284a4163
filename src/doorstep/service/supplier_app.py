"""The supplier's service over HTTP: its API, the DCC's receive address, and the relays' WebSocket.

============================  ===========================================================================
``POST /v1/deliveries``       place an order
``GET /v1/deliveries``        the deliveries, newest first
``GET /v1/deliveries/{name}`` one delivery as it stands
``GET /v1/relays``            the PPMIDs and HHTs that hold a link
``WS /v1/relays/{eui}``       a PPMID's or HHT's link: :mod:`doorstep.service.relay_protocol`
``POST /smartdcc/duis``       the Receive Response Service, where the DCC posts Responses and alerts
``GET /openapi.json``         the description of the API
============================  ===========================================================================

The API has no log-in yet: whoever reaches the port may order deliveries. So it listens on 127.0.0.1
unless told otherwise, and while it does so it answers only requests that name this machine as their
host: no web page in a browser of the same machine can reach it under a name of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import FastAPI, HTTPException, Query, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

import doorstep
from doorstep.errors import DoorstepError
from doorstep.road.supplier.delivery import Delivery
from doorstep.road.supplier.events import Place, Pushed
from doorstep.service.driver import Driver, Stopped
from doorstep.service.receive_address import RECEIVE_PATH, ReceiveAddress
from doorstep.service.relay_link import RelayServer
from doorstep.service.supplier_api import DeliveryOut, OrderIn, RelayOut, Trouble, delivery_out, order_of
from doorstep.street import StreetPlan

__all__ = ["Deliveries", "supplier_app"]

_MOST_LISTED: Final = 1000
_MOST_STEPS: Final = 32
_TROUBLE: Final[dict[int | str, dict[str, Any]]] = {
    422: {"model": Trouble, "description": "The order could not be carried out by anybody"},
    409: {"model": Trouble, "description": "A delivery of that name exists"},
    503: {"model": Trouble, "description": "The service is stopping"},
}


class Deliveries:
    """The deliveries as the supplier has told of them since this process began, in the order of placing.

    Each with the steps that it took: the last thirty-two, which few deliveries ever have.
    """

    def __init__(self) -> None:
        self._steps: dict[str, deque[Delivery]] = {}

    def tell(self, delivery: Delivery) -> None:
        """Take what the supplier says of a delivery."""
        self._steps.setdefault(delivery.name, deque(maxlen=_MOST_STEPS)).append(delivery)

    def steps(self, name: str) -> tuple[Delivery, ...]:
        """The delivery of that name after each of its steps, the last one last; empty for an unknown name."""
        return tuple(self._steps.get(name, ()))

    def newest(self, most: int) -> list[tuple[Delivery, ...]]:
        """The steps of each delivery, the last placed first."""
        return [tuple(steps) for steps in list(self._steps.values())[: -most - 1 : -1]]


def supplier_app(
    street: StreetPlan,
    driver: Driver[Any, Any],
    deliveries: Deliveries,
    relays: RelayServer,
    believed: Callable[[bytes], object],
    hosts: Sequence[str] = ("127.0.0.1", "localhost"),
) -> FastAPI:
    """The application. ``believed`` raises for a document that is not the DCC's."""
    app = FastAPI(
        title="doorstep",
        version=doorstep.__version__,
        summary="A supplier's deliveries of GBCS Commands, by WAN, PPMID and HHT",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    placing: set[str] = set()

    @app.post("/v1/deliveries", status_code=201, responses=_TROUBLE)
    async def place(asked: OrderIn) -> DeliveryOut:
        """Place an order. It is written down when the answer comes."""
        order = order_of(asked, street)
        if order.name in placing or deliveries.steps(order.name):
            raise HTTPException(409, f"a delivery named {order.name!r} exists")
        placing.add(order.name)
        try:
            await driver.take(Place(order))
        finally:
            placing.discard(order.name)
        return delivery_out(deliveries.steps(order.name))

    @app.get("/v1/deliveries")
    async def list_deliveries(
        most: Annotated[int, Query(ge=1, le=_MOST_LISTED)] = 100,
    ) -> list[DeliveryOut]:
        """The deliveries, the last placed first."""
        return [delivery_out(steps) for steps in deliveries.newest(most)]

    @app.get("/v1/deliveries/{name:path}", responses={404: {"model": Trouble}})
    async def one_delivery(name: str) -> DeliveryOut:
        """One delivery as it stands."""
        steps = deliveries.steps(name)
        if not steps:
            raise HTTPException(404, f"no delivery is named {name[:128]!r}")
        return delivery_out(steps)

    @app.get("/v1/relays")
    async def relays_online() -> list[RelayOut]:
        """The PPMIDs and HHTs that hold a link now."""
        return [RelayOut(relay=str(relay)) for relay in relays.relays_online]

    @app.websocket("/v1/relays/{relay}")
    async def relay_link(socket: WebSocket, relay: str) -> None:
        await relays.serve(socket, relay)

    async def pushed(document: bytes) -> None:
        believed(document)
        await driver.take(Pushed(document))

    app.add_route(RECEIVE_PATH, ReceiveAddress(pushed).respond, methods=["POST"], include_in_schema=False)

    @app.exception_handler(HTTPException)
    async def http_trouble(_request: Request, error: HTTPException) -> Response:
        return JSONResponse({"error": error.detail}, error.status_code)

    @app.exception_handler(DoorstepError)
    async def trouble(_request: Request, error: DoorstepError) -> Response:
        return JSONResponse({"error": str(error)}, 503 if isinstance(error, Stopped) else 422)

    return app
