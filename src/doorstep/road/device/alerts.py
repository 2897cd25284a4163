"""Alerts: a Device's own messages, each with its own Originator Counter, to whoever they concern."""

from __future__ import annotations

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import DataNotification, invoke_id
from doorstep.gbcs.protection import protect
from doorstep.gbcs.times import Instant, cosem_date_time
from doorstep.gbcs.usecases import USE_CASES

__all__ = ["alert", "notification"]


def alert(
    message_code: int, payload: Payload, device: Eui, counter: int, recipient: Eui, keys: KeyRing
) -> bytes:
    """The Alert of ``device`` with this Message Code, protected as the use case's row demands.

    ``counter`` is the Device's own Originator Counter, which no earlier Alert had. Raises
    :class:`NoKey` where the Device's own keys are not held.
    """
    header = GroupingHeader(Cra.ALERT, counter, device, recipient, message_code)
    return bytes(protect(build(header, payload), USE_CASES[message_code].alert[0], keys))


def notification(code: int, counter: int, now: Instant, *details: Data) -> DataNotification:
    """What an Alert says in DLMS: the alert code, the time, and the details that the code adds."""
    body = (Data(Tag.LONG_UNSIGNED, code), Data(Tag.OCTET_STRING, cosem_date_time(now)), *details)
    return DataNotification(invoke_id(counter), Data(Tag.STRUCTURE, body))
