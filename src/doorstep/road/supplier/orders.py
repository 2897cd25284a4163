"""An order: which service request for which Device, and the route its Command shall take."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.duis import catalogue
from doorstep.duis.element import Element, element
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import USE_CASES, DeviceType
from doorstep.gbcs.utrn import ValueClass

__all__ = ["DEFAULT_PATIENCE", "TOP_UP_VARIANT", "Order", "Route", "top_up_order", "value_of"]

DEFAULT_PATIENCE: Final[Instant] = 24 * 3600 * 1000
"""For how many milliseconds evidence is waited for where the order does not say (policy): a day."""

TOP_UP_VARIANT: Final = "2.2"
"""The Service Reference Variant of top-ups, for which a Device keeps a counter of its own."""

_TOP_UP: Final = catalogue.variant(TOP_UP_VARIANT).body_element
_LONGEST_NAME: Final = 128  # a PPMID keeps the name too, and takes no longer one
_MAX_VALUE: Final = 8191  # a UTRN has 13 bits for the value, of pence or of pounds
_HUB: Final = frozenset((DeviceType.CHF, DeviceType.GPF))


class Route(Enum):
    """How a Command travels from the supplier, and the Command Variants that say so to the DCC."""

    WAN = "wan"  # CV 1, or CV 5 for a critical one: the DCC sends it
    PPMID = "ppmid"  # CV 2 or 6: the Command comes back and goes by the home's PPMID
    HHT = "hht"  # CV 2 or 6: the same, by an engineer's Hand-Held Terminal
    BOTH = "both"  # CV 3 or 7: the DCC sends it, and a copy goes by the PPMID

    @property
    def wan(self) -> bool:
        """Whether the DCC sends the Command."""
        return self in (Route.WAN, Route.BOTH)

    @property
    def local(self) -> bool:
        """Whether the Command comes back for Local Delivery."""
        return self is not Route.WAN

    def command_variant(self, critical: bool) -> int:
        """The Command Variant of the request that makes the Command."""
        return _COMMAND_VARIANTS[self][critical]


_COMMAND_VARIANTS: Final = {
    Route.WAN: (1, 5),
    Route.PPMID: (2, 6),
    Route.HHT: (2, 6),
    Route.BOTH: (3, 7),
}


class Order(Struct, frozen=True):
    """One Command wanted.

    ``name`` is the caller's, 1 to 128 printable characters, unique for ever. ``variant`` is a Service
    Reference Variant (``1.6``) and ``body`` the element that the catalogue names for it. ``relay`` is the
    PPMID or HHT of a local route. ``patience`` is for how many milliseconds evidence is waited for before the
    outcome is *unknown*.
    ``pence`` is the amount of a top-up whose UTRN has yet to be issued: see :func:`top_up_order`.

    Raises :class:`UsageError` for an order that nobody could carry out.
    """

    name: str
    variant: str
    target: Eui
    body: Element
    route: Route
    relay: Eui | None = None
    patience: Instant = DEFAULT_PATIENCE
    pence: int | None = None

    def __post_init__(self) -> None:
        row = catalogue.variant(self.variant)
        wanted = self.route.command_variant(row.critical)
        for reason, wrong in (
            (f"a name has 1 to {_LONGEST_NAME} printable characters", not self._well_named),
            (f"the body of {row.srv} is {row.body_element}", self.body.name != row.body_element),
            (f"{row.srv} is done by the DCC itself: it makes no Command", row.non_device),
            (f"{row.srv} may not go by {self.route.value}", wanted not in row.command_variants),
            (f"the route {self.route.value} needs a relay", self.route.local and self.relay is None),
            ("the WAN needs no relay", not self.route.local and self.relay is not None),
            ("patience is a number of milliseconds over 0", self.patience <= 0),
            ("a hub takes no Command for itself from a PPMID", self._dead_end),
            ("pence are for a TopUpDevice without a UTRN", self.pence is not None and not self._blank),
            ("a TopUpDevice needs a UTRN, or pence to issue one", self.pence is None and self._blank),
        ):
            if wrong:
                raise UsageError(f"order {self.name[:80]!r}: {reason}")
        if self.pence is not None:
            value_of(self.pence)

    @property
    def critical(self) -> bool:
        """Whether the supplier has to check and sign the Command."""
        return catalogue.variant(self.variant).critical

    @property
    def top_up(self) -> bool:
        """Whether it is a top-up, which has a counter of its own on the Device."""
        return self.variant == TOP_UP_VARIANT

    @property
    def _well_named(self) -> bool:
        return 0 < len(self.name) <= _LONGEST_NAME and self.name.isprintable()

    @property
    def _blank(self) -> bool:
        return self.top_up and not self.body.children

    @property
    def _dead_end(self) -> bool:
        """Whether the routing rule gives the Command no way: to hub or gas proxy through a PPMID."""
        return self.route in (Route.PPMID, Route.BOTH) and self.variant in _FOR_THE_HUB_ALONE


def top_up_order(
    name: str,
    target: Eui,
    pence: int,
    route: Route,
    relay: Eui | None = None,
    patience: Instant = DEFAULT_PATIENCE,
) -> Order:
    """The order for a top-up. Its UTRN is issued with the Originator Counter that the order is given.

    The amount is up to 8191 pence, or whole pounds up to 8191. Raises :class:`UsageError`.
    """
    return Order(name, TOP_UP_VARIANT, target, element(_TOP_UP), route, relay, patience, pence)


def value_of(pence: int) -> tuple[int, ValueClass]:
    """The value and value class that a UTRN carries for an amount. Raises :class:`UsageError`."""
    pounds, odd = divmod(pence, 100)
    if 0 < pence <= _MAX_VALUE:
        return pence, ValueClass.PENCE
    if not odd and 0 < pounds <= _MAX_VALUE:
        return pounds, ValueClass.POUNDS
    raise UsageError(
        f"a top-up of {pence} pence: a UTRN holds 1 to {_MAX_VALUE} pence, or whole pounds up to {_MAX_VALUE}"
    )


def _for_the_hub_alone() -> frozenset[str]:
    """The Service Request Variants all of whose use cases go to the Communications Hub's own functions."""
    targets: dict[str, set[DeviceType]] = {}
    for row in USE_CASES.values():
        for srv in row.srvs:
            targets.setdefault(srv, set()).update(row.targets)
    return frozenset(srv for srv, devices in targets.items() if devices and devices <= _HUB)


_FOR_THE_HUB_ALONE: Final = _for_the_hub_alone()
