"""The one Alert that a gas meter sends: what became of a future-dated command."""

from __future__ import annotations

from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.gbz import Alert, GbzPayload
from doorstep.gbcs.payloads.gbz_alerts import FutureDatedOutcome
from doorstep.gbcs.times import Instant, utc2000
from doorstep.road.device import AlertCode, alert
from doorstep.road.meter.gas.state import Pending

__all__ = ["future_dated_outcome"]

_FUTURE_DATED_OUTCOME: Final = 0x00CD
"""The Message Code of *Future Dated Execution Of Instruction Alert (GBZ)*."""


def future_dated_outcome(
    device: Eui, counter: int, pending: Pending, code: AlertCode, now: Instant, keys: KeyRing
) -> bytes:
    """The signed Alert on one command: who sent it is told whether it took effect.

    ``counter`` is the Device's own Originator Counter. Raises :class:`NoKey`.
    """
    component = pending.component
    tail = FutureDatedOutcome(
        pending.message_code,
        pending.counter,
        component.cluster,
        component.frame_control,
        component.command_id,
    )
    payload = GbzPayload(alert=Alert(code, utc2000(now), tail))
    return alert(_FUTURE_DATED_OUTCOME, payload, device, counter, pending.originator, keys)
