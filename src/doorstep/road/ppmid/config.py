"""What a PPMID is told about itself, and its choices."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, structs

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs import gbt
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import Cells
from doorstep.road.tunnel import TunnelPolicy

__all__ = ["DisplayPolicy", "InquiryPolicy", "PpmidConfig", "PpmidPolicy"]

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND


class PpmidConfig(Struct, frozen=True):
    """Which Device it is, which hub it belongs to, and whose meters it shows.

    ``hub`` is the Entity Identifier of the Communications Hub's radio, the GPF's, where gas is read from
    the mirror of the ``gsme``; without an ``esme`` or a ``gsme`` it shows none. ``cells`` are the parties
    whose Commands it executes itself. ``relays`` is False
    for a PPMID without the capability, which stays legal. ``hub_opens_tunnel`` is the older reading in
    which the hub asks a PPMID for the tunnel. Raises :class:`UsageError` for another type of Device.
    """

    eui: Eui
    hub: Eui
    device_type: DeviceType = DeviceType.PPMID
    relays: bool = True
    hub_opens_tunnel: bool = False
    cells: Cells = Cells({})
    esme: Eui | None = None
    gsme: Eui | None = None

    def __post_init__(self) -> None:
        if self.device_type not in (DeviceType.PPMID, DeviceType.HHT):
            raise UsageError(f"a {self.device_type.value} relays no Commands; a PPMID or an HHT does")


class InquiryPolicy(Struct, frozen=True, kw_only=True):
    """How requests by ZCL are made; times in milliseconds. All are choices."""

    answer_wait: Instant = 5 * _SECOND
    """For how long a request waits for its answer."""

    tries: int = 3
    """How often one is sent that does no harm when it comes twice."""

    open: int = 64
    """How many may await their answers at once; a further one is given up."""

    def __post_init__(self) -> None:
        _above_zero("an inquiry", self)


class DisplayPolicy(Struct, frozen=True, kw_only=True):
    """How often a PPMID reads its meters; times in milliseconds. All are choices."""

    poll_every: Instant = 30 * _MINUTE
    """As often as a gas meter wakes to bring its mirror up to date. After whatever it knows to change a meter
    it reads at once, too."""

    poll_empty: Instant = 2 * _MINUTE
    """How soon a meter is asked again that has told nothing yet: a mirror that waits for its gas meter."""

    stale_after: Instant = 65 * _MINUTE
    """What was not read anew for so long, two polls and some patience, is marked as stale."""

    effect_after: tuple[Instant, ...] = (5 * _SECOND, 30 * _SECOND, 2 * _MINUTE, 10 * _MINUTE, 35 * _MINUTE)
    """When, after the hub has confirmed a Command, its effect is looked for."""

    def __post_init__(self) -> None:
        _above_zero("a display", self)
        waits = self.effect_after
        if not waits or waits[0] <= 0 or list(waits) != sorted(waits):
            raise UsageError("a display looks for effects after rising times above zero")


def _above_zero(what: str, policy: Struct) -> None:
    for name, value in structs.asdict(policy).items():
        if isinstance(value, int) and value <= 0:
            raise UsageError(f"the {name} of {what} is above zero, not {value}")


class PpmidPolicy(Struct, frozen=True, kw_only=True):
    """The choices of a PPMID; raises :class:`UsageError` for a number that is not above zero."""

    tunnel: TunnelPolicy = TunnelPolicy(renewal_seconds=3_600, queue=512)
    """It asks for its tunnel hourly: a hub that was switched off knows no tunnel, and cannot ask for one.
    Every block of every pending delivery has room in the queue."""

    pending: int = 16
    """How many deliveries may be on their way to the hub at once."""

    remembered: int = 256
    """How many deliveries that are over it knows by name, to repeat their last report."""

    longest_command: int = 0x4000
    """How many bytes a Command may have: as many as a receiver of blocks takes
    (:class:`doorstep.gbcs.gbt.Policy`)."""

    block_size: int = gbt.BLOCK_SIZE
    """How many bytes a block of a long Command has at most, its header included."""

    repeats: int = 2
    """How often a long Command is sent again as a whole while no Response came back and no effect was seen.
    A baseline hub tells nobody of a block that went missing behind it."""

    repeat_after: Instant = 300_000
    """How many milliseconds after the hub confirmed its last block that is: later than a receiver asks for
    what it misses, if it can, and sooner than it gives up, as the blocks of all attempts make one
    message."""

    asks: int = 8
    """How often a Device may ask for the blocks that it misses of one Command."""

    blocks: gbt.Policy = gbt.Policy(asks=3)
    """How long Responses are put together. What brought one block brings a request for the others back."""

    unsent: int = 32
    """How many messages of its own wait for the hub to confirm them; a further one drops the oldest."""

    keyed_in: int = 8
    """How much that was keyed in for gas may wait for the gas meter's Response at once."""

    gas_patience: Instant = 24 * 60 * _MINUTE
    """For how long that is waited for: as long as the hub keeps a message for a gas meter."""

    inquiries: InquiryPolicy = InquiryPolicy()
    display: DisplayPolicy = DisplayPolicy()

    def __post_init__(self) -> None:
        for name, value in structs.asdict(self).items():
            if isinstance(value, int) and value < (0 if name in ("repeats", "asks") else 1):
                raise UsageError(f"the {name} of a PPMID is not {value}")
