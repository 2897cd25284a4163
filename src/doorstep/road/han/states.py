"""How a Device comes to be on a network: its states, and the one table that says how they move.

A row reads: in this state, when this happens, the radio is in that state and does these things in turn.
What has no row changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["JOINING", "Action", "Event", "State", "Table"]


class State(Enum):
    """Where a Device stands. A coordinator is always ``JOINED`` once it is switched on."""

    OFF = "off"  # not switched on yet
    SCANNING = "scanning"  # the beacons of networks are awaited
    ASSOCIATING = "associating"  # a network was asked for a short address
    AWAITING_KEY = "awaiting the network key"  # it has one, and awaits Transport Key
    FINDING = "finding key establishment"  # on the network; where is key establishment served?
    ESTABLISHING = "establishing a link key"  # the exchange with the trust centre
    JOINED = "joined"  # payloads pass
    REJOINING = "rejoining"  # it knows a network and asks it to have it back
    RESTING = "resting"  # nothing came of it; after a pause it looks again


class Event(Enum):
    """What can happen."""

    ON_NEW = "switched on, knowing no network"
    ON_KNOWN = "switched on, knowing a network and a link key of it"
    OFFERED = "a network lets Devices join"
    NOT_OFFERED = "no network does, or none that has not been tried"
    ADDRESSED = "the network gave a short address"
    KEYED = "Transport Key brought the network key"
    FOUND = "the trust centre named its endpoint of key establishment"
    ESTABLISHED = "both hold the new link key"
    REFUSED = "the network, or key establishment, said no"
    OVERDUE = "what was awaited has not come in time"
    TAKEN_BACK = "the network has the Device back"
    UNHEARD = "the coordinator acknowledges nothing any more"
    EXPELLED = "the coordinator told the Device to leave, or its keys are of no use any more"


class Action(Enum):
    """What a radio does about it."""

    SCAN = "ask for beacons and listen"
    TRY_NEXT = "turn to the next network that was heard, if there is one"
    ASSOCIATE = "ask for a short address, and poll for the answer"
    AWAIT = "wait for the next step"
    KEEP_KEY = "take the network key into use"
    ANNOUNCE = "tell all Devices the two addresses"
    FIND = "ask the trust centre where it serves key establishment"
    INITIATE = "begin key establishment"
    KEEP_PLACE = "write the network and the link key down"
    TELL_JOINED = "tell the owner, and send what waits"
    TELL_LEFT = "tell the owner"
    ASK_BACK = "send Rejoin Request"
    FORGET = "forget the network and its keys"
    REST = "pause, longer each time"
    COUNT_ANEW = "the next pause is short again"


Table = Mapping[tuple[State, Event], tuple[State, tuple[Action, ...]]]

S, E, A = State, Event, Action

JOINING: Final[Table] = MappingProxyType(
    {
        (S.OFF, E.ON_NEW): (S.SCANNING, (A.SCAN,)),
        (S.OFF, E.ON_KNOWN): (S.REJOINING, (A.ASK_BACK,)),
        #
        (S.SCANNING, E.OFFERED): (S.ASSOCIATING, (A.ASSOCIATE,)),
        (S.SCANNING, E.NOT_OFFERED): (S.RESTING, (A.FORGET, A.REST)),
        (S.SCANNING, E.OVERDUE): (S.SCANNING, (A.TRY_NEXT,)),
        #
        (S.ASSOCIATING, E.ADDRESSED): (S.AWAITING_KEY, (A.AWAIT,)),
        (S.ASSOCIATING, E.REFUSED): (S.SCANNING, (A.TRY_NEXT,)),
        (S.ASSOCIATING, E.OVERDUE): (S.SCANNING, (A.TRY_NEXT,)),
        # A Device that is not in the CHF Device Log gets no key, and falls off here.
        (S.AWAITING_KEY, E.KEYED): (S.FINDING, (A.KEEP_KEY, A.ANNOUNCE, A.FIND)),
        (S.AWAITING_KEY, E.OVERDUE): (S.SCANNING, (A.TRY_NEXT,)),
        #
        (S.FINDING, E.FOUND): (S.ESTABLISHING, (A.INITIATE,)),
        (S.FINDING, E.OVERDUE): (S.RESTING, (A.FORGET, A.REST)),
        (S.FINDING, E.EXPELLED): (S.RESTING, (A.FORGET, A.REST)),
        #
        (S.ESTABLISHING, E.ESTABLISHED): (S.JOINED, (A.KEEP_PLACE, A.COUNT_ANEW, A.TELL_JOINED)),
        (S.ESTABLISHING, E.REFUSED): (S.RESTING, (A.FORGET, A.REST)),
        (S.ESTABLISHING, E.OVERDUE): (S.RESTING, (A.FORGET, A.REST)),
        (S.ESTABLISHING, E.EXPELLED): (S.RESTING, (A.FORGET, A.REST)),
        #
        (S.JOINED, E.UNHEARD): (S.REJOINING, (A.TELL_LEFT, A.ASK_BACK)),
        (S.JOINED, E.EXPELLED): (S.RESTING, (A.FORGET, A.TELL_LEFT, A.REST)),
        #
        (S.REJOINING, E.TAKEN_BACK): (S.JOINED, (A.KEEP_PLACE, A.COUNT_ANEW, A.ANNOUNCE, A.TELL_JOINED)),
        (S.REJOINING, E.OVERDUE): (S.REJOINING, (A.ASK_BACK,)),
        (S.REJOINING, E.EXPELLED): (S.RESTING, (A.FORGET, A.REST)),
        #
        (S.RESTING, E.OVERDUE): (S.SCANNING, (A.SCAN,)),
    }
)
"""The table of every radio but the coordinator's."""
