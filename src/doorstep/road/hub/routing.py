"""The routing rule, GBCS 10.8.2, before and after the change that SECMP0038 asks for.

Who may send what is one table, :data:`RULE`: a source and a kind of message, and the clause that lets it
in. What then becomes of a message that may pass depends on its target alone: the hub delivers to a Device
that its Device Log lists, unless that Device is an HHT, the GPF or the CHF. No key is needed: the hub
reads the header, which is in clear, and checks no MAC or signature.
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
    "Clause",
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


class Clause(Enum):
    """What a fate rests on: the clauses of GBCS 10.8.2, and two rules that we infer beside it."""

    A = "10.8.2(a)"  # a Remote Party Message by the WAN interface
    B = "10.8.2(b)"  # a Remote Party Message out of an HHT's tunnel
    C = "10.8.2(c)"  # new: a Remote Party Command out of a PPMID's tunnel
    D = "10.8.2(d)"  # an SME.C.PPMID-GSME Message out of the tunnel of a Device in the CHF Device Log
    NONE = "no clause of 10.8.2"
    UNCHANGED = "10.8.2 without (c)"
    UNLISTED = "10.8.2, target not in the CHF Device Log"
    EXCLUDED = "10.8.2, target is HHT, GPF or CHF"
    UPLINK = "beside 10.8.2 (inferred): a Device's own Responses and Alerts"
    IN_THE_HUB = "beside 10.8.2 (inferred): for the hub's own CHF or GPF"


class Decision(Struct, frozen=True):
    """A fate, the sentence that gives the reason, and the clause; ``target`` is the header's."""

    fate: Fate
    why: str
    target: Eui
    clause: Clause


# Source x kind of message -> the clause that lets it in, None where there is none: GBCS 10.8.2 as the
# proposal states it. One entry, PPMID x Command, is what the proposal changes.
RULE: Final[dict[tuple[Source, Kind], Clause | None]] = {
    (Source.WAN, Kind.COMMAND): Clause.A,
    (Source.WAN, Kind.FOREIGN): Clause.A,
    (Source.WAN, Kind.OWN): None,  # The WAN is no Device, so nothing is its own.
    (Source.WAN, Kind.PPMID_GSME): None,  # Not a Remote Party Message.
    (Source.HHT, Kind.COMMAND): Clause.B,
    (Source.HHT, Kind.FOREIGN): Clause.B,
    (Source.HHT, Kind.OWN): Clause.B,
    (Source.HHT, Kind.PPMID_GSME): Clause.D,
    (Source.PPMID, Kind.COMMAND): Clause.C,
    (Source.PPMID, Kind.OWN): Clause.UPLINK,
    (Source.PPMID, Kind.FOREIGN): None,
    (Source.PPMID, Kind.PPMID_GSME): Clause.D,
    (Source.OTHER, Kind.COMMAND): None,
    (Source.OTHER, Kind.OWN): Clause.UPLINK,
    (Source.OTHER, Kind.FOREIGN): None,
    (Source.OTHER, Kind.PPMID_GSME): Clause.D,
}

_NEVER_A_TARGET: Final = (DeviceType.HHT, DeviceType.GPF, DeviceType.CHF)
_IN_THE_HUB: Final = (DeviceType.GPF, DeviceType.CHF)
_REACHES_THE_HUB: Final = (Clause.A, Clause.B)
"""What may be for the CHF or GPF itself: a Remote Party Message from the WAN or an HHT (inferred)."""


def kind_of(header: GroupingHeader, sender: Eui | None) -> Kind:
    """What a message is to the rule; ``sender`` is the Device whose tunnel it came by, None for the WAN.

    There are Commands and Responses between PPMID and GSME, but no Alerts: an Alert with the Message
    Code of one is an Alert.
    """
    row = use_case(header.message_code)
    between = row is not None and row.category is Category.SME_C_PPMID_GSME
    if between and header.cra is not Cra.ALERT:
        return Kind.PPMID_GSME
    if header.cra is Cra.COMMAND:
        return Kind.COMMAND
    return Kind.OWN if header.business_originator_id == sender else Kind.FOREIGN


def decide(
    header: GroupingHeader, source: Source, sender: Eui | None, devices: DeviceLog, firmware: int
) -> Decision:
    """The fate of a message with this header, by GBCS 10.8.2."""
    kind = kind_of(header, sender)
    clause = RULE[source, kind]
    target = header.business_target_id
    if clause is None:
        why = f"10.8.2 gives a {kind.value} from {source.value} no route"
        return Decision(Fate.REFUSE, why, target, Clause.NONE)
    if clause is Clause.UPLINK:
        return Decision(Fate.WAN, f"a {kind.value} goes to the WAN", target, clause)
    if clause is Clause.C and firmware < CHANGED_RULE_FIRMWARE:
        why = f"firmware {firmware} has 10.8.2 without the change: no Remote Party Command from a PPMID"
        return Decision(Fate.REFUSE, why, target, Clause.UNCHANGED)
    return _by_target(clause, source, target, devices)


def _by_target(clause: Clause, source: Source, target: Eui, devices: DeviceLog) -> Decision:
    device = devices.device_type(target)
    if device is None:
        why = f"10.8.2: {target} is not in the CHF Device Log"
        return Decision(Fate.REFUSE, why, target, Clause.UNLISTED)
    if device not in _NEVER_A_TARGET:
        why = f"{clause.value}: {target} is in the CHF Device Log ({device.value})"
        return Decision(Fate.DELIVER, why, target, clause)
    if device in _IN_THE_HUB and clause in _REACHES_THE_HUB:
        why = f"the target is the hub's own {device.value}"
        return Decision(Fate.PROCESS, why, target, Clause.IN_THE_HUB)
    why = f"10.8.2 delivers nothing from {source.value} to the {device.value}"
    return Decision(Fate.REFUSE, why, target, Clause.EXCLUDED)
