"""The one Alert that this meter sends: what became of a future-dated instruction."""

from __future__ import annotations

from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import DataNotification, invoke_id
from doorstep.gbcs.protection import sign
from doorstep.gbcs.times import Instant, cosem_date_time
from doorstep.road.meter.codes import AlertCode
from doorstep.road.meter.state import Pending

__all__ = ["future_dated_outcome"]

_FUTURE_DATED_OUTCOME: Final = 0x00CC
"""The Message Code of *Future Dated Execution Of Instruction Alert (DLMS COSEM)*."""


def future_dated_outcome(
    device: Eui, counter: int, pending: Pending, code: AlertCode, now: Instant, keys: KeyRing
) -> bytes:
    """The signed Alert on one activation: who asked for it is told whether it took place.

    ``counter`` is the Device's own Originator Counter. The payload names the Command by its Message Code
    and counter, and the activation attribute that the Command had set. Raises :class:`NoKey`.
    """
    header = GroupingHeader(Cra.ALERT, counter, device, pending.originator, _FUTURE_DATED_OUTCOME)
    what = pending.message_code.to_bytes(2, "big") + pending.counter.to_bytes(8, "big") + bytes(pending.place)
    body = (
        Data(Tag.LONG_UNSIGNED, int(code)),
        Data(Tag.OCTET_STRING, cosem_date_time(now)),
        Data(Tag.OCTET_STRING, what),
    )
    payload = DataNotification(invoke_id(counter), Data(Tag.STRUCTURE, body))
    return bytes(sign(build(header, payload), keys))
