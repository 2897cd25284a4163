"""The states of the two ends of a tunnel and the two tables that say how they move.

A row reads: in this state, when this happens, the end is in that state and does these things in turn.
An event without a row is illegal in that state: it changes nothing, and where a command caused it that
wants an answer, the answer is that there is no such tunnel.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["CLIENT", "SERVER", "Action", "Event", "State", "Table"]


class State(Enum):
    """Where an end stands. A server knows ``CLOSED`` and ``OPEN`` alone."""

    CLOSED = "closed"  # no tunnel, and none is asked for
    REQUESTING = "requesting"  # RequestTunnel awaits its answer
    WAITING = "waiting"  # the server was busy: RequestTunnel again after a pause
    CLEARING = "clearing"  # no tunnel ids were left: CloseTunnel for each awaits its answer
    REASKING = "reasking"  # RequestTunnel again, once they are closed
    OPEN = "open"  # data passes
    RENEWING = "renewing"  # data passes, and RequestTunnel awaits its answer


class Event(Enum):
    """What can happen to an end."""

    WANTED = "the owner wants the tunnel or has something to send"
    DESTROYED = "the owner has no more use for the tunnel"

    GRANTED = "RequestTunnelResponse: success"
    BUSY = "RequestTunnelResponse: busy"
    NO_IDS = "RequestTunnelResponse: no more tunnel ids"
    DENIED = "RequestTunnelResponse or Default Response: any other refusal"
    SILENCE = "RequestTunnel was not answered and may be repeated"
    GIVEN_UP = "RequestTunnel was not answered, however often repeated"
    PAUSED = "the pause after busy is over"
    CLEARED = "every CloseTunnel is answered, or was waited for long enough"
    RENEWAL = "the tunnel is to be renewed"
    CLOSURE = "TunnelClosureNotification"

    ASKED = "RequestTunnel that can be granted"
    ASKED_IN_VAIN = "RequestTunnel that cannot be granted"
    CLOSE = "CloseTunnel"
    IDLE = "CloseTunnelTimeout has passed without data"

    DATA = "TransferData"
    TAKEN = "the other end took the data in flight"
    REJECTED = "the other end did not take the data in flight"
    LOST = "the other end has no such tunnel"
    GONE = "the other end has no such tunnel, however often the data in flight was sent"
    UNHEARD = "the data in flight was not answered in time"


class Action(Enum):
    """What an end does about it."""

    ASK = "send RequestTunnel"
    ASK_AGAIN = "repeat it, with the same transaction sequence number"
    ENTER = "note the tunnel id, and when to renew"
    PAUSE = "ask again after the pause"
    RENEW_SOON = "renew after the pause"
    RENEW_LATER = "ask again when a renewal would be due"
    CLOSE_ALL = "send CloseTunnel for each id that the server may hold for this client"
    TELL_REJECTED = "tell the owner that RequestTunnel was rejected"
    REOPEN_IF_WANTED = "where messages wait, want the tunnel at once"

    TAKE_ID = "take a free tunnel id"
    GRANT = "send RequestTunnelResponse with the tunnel id"
    REFUSE = "send RequestTunnelResponse with the reason"
    NOTIFY = "send TunnelClosureNotification"

    CONFIRM = "send Default Response: success"
    TAKE = "hand the data to the owner and confirm it"
    SEND_NEXT = "send the next message, unless one is in flight"
    DELIVERED = "tell the owner that the message in flight was taken"
    UNDELIVERED = "tell the owner that the message in flight was not taken"
    REPEAT = "repeat the message in flight, or give it up when it was sent often enough"
    START_OVER = "count the copies of the message in flight anew"
    LEAVE = "the tunnel is gone: what was in flight waits again, in front"
    FAIL_ALL = "tell the owner that no message was taken"


Table = Mapping[tuple[State, Event], tuple[State, tuple[Action, ...]]]

S, E, A = State, Event, Action

CLIENT: Final[Table] = MappingProxyType(
    {
        (S.CLOSED, E.WANTED): (S.REQUESTING, (A.ASK,)),
        (S.CLOSED, E.RENEWAL): (S.REQUESTING, (A.ASK,)),
        (S.CLOSED, E.DESTROYED): (S.CLOSED, (A.FAIL_ALL,)),
        #
        (S.REQUESTING, E.WANTED): (S.REQUESTING, ()),
        (S.REQUESTING, E.GRANTED): (S.OPEN, (A.ENTER, A.SEND_NEXT)),
        (S.REQUESTING, E.BUSY): (S.WAITING, (A.TELL_REJECTED, A.PAUSE)),
        (S.REQUESTING, E.NO_IDS): (S.CLEARING, (A.TELL_REJECTED, A.CLOSE_ALL)),
        (S.REQUESTING, E.DENIED): (S.CLOSED, (A.TELL_REJECTED, A.FAIL_ALL, A.RENEW_LATER)),
        (S.REQUESTING, E.SILENCE): (S.REQUESTING, (A.ASK_AGAIN,)),
        (S.REQUESTING, E.GIVEN_UP): (S.CLOSED, (A.FAIL_ALL, A.RENEW_LATER)),
        (S.REQUESTING, E.DESTROYED): (S.CLOSED, (A.FAIL_ALL,)),
        #
        (S.WAITING, E.WANTED): (S.WAITING, ()),
        (S.WAITING, E.PAUSED): (S.REQUESTING, (A.ASK,)),
        (S.WAITING, E.DESTROYED): (S.CLOSED, (A.FAIL_ALL,)),
        #
        (S.CLEARING, E.WANTED): (S.CLEARING, ()),
        (S.CLEARING, E.CLEARED): (S.REASKING, (A.ASK,)),
        (S.CLEARING, E.DESTROYED): (S.CLOSED, (A.FAIL_ALL,)),
        # As REQUESTING, but clearing twice in a row would help no more than once.
        (S.REASKING, E.WANTED): (S.REASKING, ()),
        (S.REASKING, E.GRANTED): (S.OPEN, (A.ENTER, A.SEND_NEXT)),
        (S.REASKING, E.BUSY): (S.WAITING, (A.TELL_REJECTED, A.PAUSE)),
        (S.REASKING, E.NO_IDS): (S.WAITING, (A.TELL_REJECTED, A.PAUSE)),
        (S.REASKING, E.DENIED): (S.CLOSED, (A.TELL_REJECTED, A.FAIL_ALL, A.RENEW_LATER)),
        (S.REASKING, E.SILENCE): (S.REASKING, (A.ASK_AGAIN,)),
        (S.REASKING, E.GIVEN_UP): (S.CLOSED, (A.FAIL_ALL, A.RENEW_LATER)),
        (S.REASKING, E.DESTROYED): (S.CLOSED, (A.FAIL_ALL,)),
        #
        (S.OPEN, E.WANTED): (S.OPEN, (A.SEND_NEXT,)),
        (S.OPEN, E.DATA): (S.OPEN, (A.TAKE,)),
        (S.OPEN, E.TAKEN): (S.OPEN, (A.DELIVERED, A.SEND_NEXT)),
        (S.OPEN, E.REJECTED): (S.OPEN, (A.UNDELIVERED, A.SEND_NEXT)),
        (S.OPEN, E.UNHEARD): (S.OPEN, (A.REPEAT, A.SEND_NEXT)),
        (S.OPEN, E.LOST): (S.REQUESTING, (A.LEAVE, A.ASK)),
        (S.OPEN, E.GONE): (S.REQUESTING, (A.UNDELIVERED, A.LEAVE, A.ASK)),
        (S.OPEN, E.CLOSURE): (S.CLOSED, (A.CONFIRM, A.LEAVE, A.REOPEN_IF_WANTED)),
        (S.OPEN, E.RENEWAL): (S.RENEWING, (A.ASK,)),
        (S.OPEN, E.DESTROYED): (S.CLOSED, (A.LEAVE, A.FAIL_ALL)),
        #
        (S.RENEWING, E.WANTED): (S.RENEWING, (A.SEND_NEXT,)),
        (S.RENEWING, E.DATA): (S.RENEWING, (A.TAKE,)),
        (S.RENEWING, E.TAKEN): (S.RENEWING, (A.DELIVERED, A.SEND_NEXT)),
        (S.RENEWING, E.REJECTED): (S.RENEWING, (A.UNDELIVERED, A.SEND_NEXT)),
        (S.RENEWING, E.UNHEARD): (S.RENEWING, (A.REPEAT, A.SEND_NEXT)),
        (S.RENEWING, E.LOST): (S.REQUESTING, (A.LEAVE,)),
        (S.RENEWING, E.GONE): (S.REQUESTING, (A.UNDELIVERED, A.LEAVE)),
        (S.RENEWING, E.CLOSURE): (S.REQUESTING, (A.CONFIRM, A.LEAVE)),
        (S.RENEWING, E.GRANTED): (S.OPEN, (A.ENTER, A.SEND_NEXT)),
        # Busy says nothing of the tunnel that is there: a server looks at that afterwards.
        (S.RENEWING, E.BUSY): (S.OPEN, (A.TELL_REJECTED, A.RENEW_SOON)),
        (S.RENEWING, E.NO_IDS): (S.CLEARING, (A.TELL_REJECTED, A.LEAVE, A.CLOSE_ALL)),
        (S.RENEWING, E.DENIED): (S.CLOSED, (A.TELL_REJECTED, A.LEAVE, A.FAIL_ALL, A.RENEW_LATER)),
        (S.RENEWING, E.SILENCE): (S.RENEWING, (A.ASK_AGAIN,)),
        (S.RENEWING, E.GIVEN_UP): (S.CLOSED, (A.LEAVE, A.FAIL_ALL, A.RENEW_LATER)),
        (S.RENEWING, E.DESTROYED): (S.CLOSED, (A.LEAVE, A.FAIL_ALL)),
    }
)
"""The client: it asks for the tunnel."""

SERVER: Final[Table] = MappingProxyType(
    {
        (S.CLOSED, E.WANTED): (S.CLOSED, ()),
        (S.CLOSED, E.ASKED): (S.OPEN, (A.TAKE_ID, A.GRANT, A.SEND_NEXT)),
        (S.CLOSED, E.ASKED_IN_VAIN): (S.CLOSED, (A.REFUSE,)),
        (S.CLOSED, E.DESTROYED): (S.CLOSED, (A.FAIL_ALL,)),
        #
        (S.OPEN, E.WANTED): (S.OPEN, (A.SEND_NEXT,)),
        (S.OPEN, E.ASKED): (S.OPEN, (A.GRANT, A.SEND_NEXT)),
        (S.OPEN, E.ASKED_IN_VAIN): (S.OPEN, (A.REFUSE,)),
        (S.OPEN, E.DATA): (S.OPEN, (A.TAKE,)),
        (S.OPEN, E.TAKEN): (S.OPEN, (A.DELIVERED, A.SEND_NEXT)),
        (S.OPEN, E.REJECTED): (S.OPEN, (A.UNDELIVERED, A.SEND_NEXT)),
        (S.OPEN, E.UNHEARD): (S.OPEN, (A.REPEAT, A.SEND_NEXT)),
        # The client may not have heard yet that it was granted the tunnel, so the data is repeated in
        # its time. A client that goes on to know nothing of the tunnel has to ask for another.
        (S.OPEN, E.LOST): (S.OPEN, ()),
        (S.OPEN, E.GONE): (S.CLOSED, (A.START_OVER, A.LEAVE)),
        (S.OPEN, E.CLOSE): (S.CLOSED, (A.CONFIRM, A.LEAVE)),
        (S.OPEN, E.IDLE): (S.CLOSED, (A.NOTIFY, A.LEAVE)),
        (S.OPEN, E.DESTROYED): (S.CLOSED, (A.LEAVE, A.FAIL_ALL)),
    }
)
"""The server: it is asked, and closes what is idle."""
