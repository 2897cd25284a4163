"""The one Alert that this meter sends: what became of a future-dated instruction."""

from __future__ import annotations

from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant
from doorstep.road.device.alerts import alert, notification
from doorstep.road.device.codes import AlertCode
from doorstep.road.meter.electricity.state import Pending

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
    what = pending.message_code.to_bytes(2, "big") + pending.counter.to_bytes(8, "big") + bytes(pending.place)
    payload = notification(code, counter, now, Data(Tag.OCTET_STRING, what))
    return alert(_FUTURE_DATED_OUTCOME, payload, device, counter, pending.originator, keys)
