"""The routing rule, GBCS 10.8.2, before and after the change that SECMP0038 asks for.

Who may send what is one table, :data:`RULE`: a source, a kind of message and whose it is. What then
becomes of a message that may pass depends on its target alone: the hub delivers to a Device that its
Device Log lists, unless that Device is an HHT, the GPF or the CHF. No key is needed: the hub reads the
header, which is in clear, and checks no MAC or signature.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.usecases import Category, DeviceType, use_case
from doorstep.road.hub.device_log import DeviceLog

__all__ = [
    "CHANGED_RULE_FIRMWARE",
    "RULE",
    "Decision",
    "Fate",
    "Kind",
    "Source",
    "decide",
    "kind_of",
]

CHANGED_RULE_FIRMWARE: Final = 2
"""The first firmware version with the changed rule; the numbering is doorstep's own."""


class Source(Enum):
    """Where a message came in."""

    WAN = "the WAN"
    HHT = "a Hand-Held Terminal's tunnel"
    PPMID = "a PPMID's tunnel"
    OTHER = "another Device's tunnel"


class Kind(Enum):
    """What the header says a message is, as far as the rule cares."""

    PPMID_GSME = "SME.C.PPMID-GSME Message"
    COMMAND = "Remote Party Command"
    OWN = "Response or Alert of the sender itself"
    FOREIGN = "Response or Alert of another originator"


class Fate(Enum):
    """What the hub does with a message."""

    DELIVER = "deliver to the target"
    WAN = "send to the WAN"
    PROCESS = "process in the hub"
    REFUSE = "refuse"


class Decision(Struct, frozen=True):
    """A fate and the sentence that gives the reason; ``target`` is the header's."""

    fate: Fate
    why: str
    target: Eui


class _Permit(Enum):
    """What the first half of the rule says."""

    BY_TARGET = "to its target"
    TO_WAN = "to the WAN"
    WITH_CHANGE = "to its target, from the changed firmware on"
    NONE = "not at all"


# Source x kind of message -> permission: GBCS 10.8.2 as the proposal states it. One entry, PPMID x
# Command, is what the proposal changes.
RULE: Final[dict[tuple[Source, Kind], _Permit]] = {
    (Source.WAN, Kind.COMMAND): _Permit.BY_TARGET,
    (Source.WAN, Kind.FOREIGN): _Permit.BY_TARGET,
    (Source.WAN, Kind.OWN): _Permit.NONE,  # The WAN is no Device, so nothing is its own.
    (Source.WAN, Kind.PPMID_GSME): _Permit.NONE,  # Not a Remote Party Message.
    (Source.HHT, Kind.COMMAND): _Permit.BY_TARGET,
    (Source.HHT, Kind.FOREIGN): _Permit.BY_TARGET,
    (Source.HHT, Kind.OWN): _Permit.BY_TARGET,
    (Source.HHT, Kind.PPMID_GSME): _Permit.BY_TARGET,
    (Source.PPMID, Kind.COMMAND): _Permit.WITH_CHANGE,
    (Source.PPMID, Kind.OWN): _Permit.TO_WAN,
    (Source.PPMID, Kind.FOREIGN): _Permit.NONE,
    (Source.PPMID, Kind.PPMID_GSME): _Permit.BY_TARGET,
    (Source.OTHER, Kind.COMMAND): _Permit.NONE,
    (Source.OTHER, Kind.OWN): _Permit.TO_WAN,
    (Source.OTHER, Kind.FOREIGN): _Permit.NONE,
    (Source.OTHER, Kind.PPMID_GSME): _Permit.BY_TARGET,
}

_NEVER_A_TARGET: Final = (DeviceType.HHT, DeviceType.GPF, DeviceType.CHF)
_IN_THE_HUB: Final = (DeviceType.GPF, DeviceType.CHF)


def kind_of(header: GroupingHeader, sender: Eui | None) -> Kind:
    """What a message is to the rule; ``sender`` is the Device whose tunnel it came by, None for the WAN."""
    row = use_case(header.message_code)
    if row is not None and row.category is Category.SME_C_PPMID_GSME:
        return Kind.PPMID_GSME
    if header.cra is Cra.COMMAND:
        return Kind.COMMAND
    return Kind.OWN if header.business_originator_id == sender else Kind.FOREIGN


def decide(
    header: GroupingHeader, source: Source, sender: Eui | None, devices: DeviceLog, firmware: int
) -> Decision:
    """The fate of a message with this header, by GBCS 10.8.2."""
    kind = kind_of(header, sender)
    permit = RULE[source, kind]
    target = header.business_target_id
    if permit is _Permit.NONE:
        return Decision(Fate.REFUSE, f"10.8.2 gives a {kind.value} from {source.value} no route", target)
    if permit is _Permit.TO_WAN:
        return Decision(Fate.WAN, f"10.8.2: a {kind.value} goes to the WAN", target)
    if permit is _Permit.WITH_CHANGE and firmware < CHANGED_RULE_FIRMWARE:
        why = f"firmware {firmware} has 10.8.2 without the change: no Remote Party Command from a PPMID"
        return Decision(Fate.REFUSE, why, target)
    return _by_target(source, target, devices)


def _by_target(source: Source, target: Eui, devices: DeviceLog) -> Decision:
    device = devices.device_type(target)
    if device is None:
        return Decision(Fate.REFUSE, f"10.8.2: {target} is not in the CHF Device Log", target)
    if device not in _NEVER_A_TARGET:
        return Decision(Fate.DELIVER, f"10.8.2: {target} is in the CHF Device Log ({device.value})", target)
    if device in _IN_THE_HUB and source in (Source.WAN, Source.HHT):
        # Outside the rule's words: a message for the hub itself is processed in it (inferred).
        return Decision(Fate.PROCESS, f"the target is the hub's own {device.value}", target)
    why = f"10.8.2 delivers nothing from {source.value} to the {device.value}"
    return Decision(Fate.REFUSE, why, target)
