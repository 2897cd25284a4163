"""What somebody keys in at a PPMID: a top-up, emergency credit, supply on again.

For electricity the PPMID asks the ESME by ZCL. For gas it makes a Command of its own (PCS01, PCS02), with
its own MAC and Originator Counter, that waits in the hub until the GSME wakes. Nothing is keyed in twice
by itself: where no answer comes the outcome is not known, and the display says what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import BadUtrn, DoorstepError, NoKey
from doorstep.gbcs import utrn
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import decode
from doorstep.gbcs.payloads.gbz import Component, GbzPayload, compose
from doorstep.gbcs.protection import check_mac
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Alarms, Note, Outbox
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, KeyedIn, PpmidEvent, Result
from doorstep.road.ppmid.inquiries import Answered, Inquiries, Request, Server
from doorstep.road.ppmid.own import Own
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.metering import LocalChangeSupply, SupplyStatus
from doorstep.zigbee.clusters.prepayment import (
    ConsumerTopUp,
    ConsumerTopUpResponse,
    OriginatingDevice,
    SelectAvailableEmergencyCredit,
    TopUpResult,
)
from doorstep.zigbee.zcl import DefaultResponse, Direction, Status

__all__ = ["PCS01", "PCS02", "Consumer"]

PCS01: Final = 0x009B
"""The Message Code of *Apply Prepayment Top Up to a GSME using PPMID*."""
PCS02: Final = 0x0090
"""The Message Code of *Activate Emergency Credit on GSME from PPMID*."""

_PPMID: Final = OriginatingDevice.IN_HOME_DISPLAY
_ACCEPTED: Final = (
    TopUpResult.ACCEPTED,
    TopUpResult.ACCEPTED_SUPPLY_ENABLED,
    TopUpResult.ACCEPTED_SUPPLY_DISABLED,
    TopUpResult.ACCEPTED_SUPPLY_ARMED,
)


class _Way(Struct, frozen=True):
    """How an action is asked for: the command of which cluster; for gas under which Message Code.

    ``changes`` are the fields of the display that it may change. Code 0: there is no way for gas.
    """

    cluster: Cluster
    command: Callable[[KeyedIn], Command]
    changes: tuple[str, ...]
    code: int = 0


_WAYS: Final[Mapping[Action, _Way]] = {
    Action.TOP_UP: _Way(
        PREPAYMENT,
        lambda keyed: ConsumerTopUp(_PPMID, keyed.digits.encode()),
        ("balance", "debt", "emergency_credit_in_use", "supply"),
        PCS01,
    ),
    Action.EMERGENCY_CREDIT: _Way(
        PREPAYMENT,
        lambda _keyed: SelectAvailableEmergencyCredit(0, _PPMID),
        ("emergency_credit_in_use", "supply"),
        PCS02,
    ),
    Action.ENABLE_SUPPLY: _Way(METERING, lambda _keyed: LocalChangeSupply(SupplyStatus.ON), ("supply",)),
}
"""Every action there is. Supply of gas is for a person at the meter to enable."""


class Consumer:
    """The keypad of one PPMID. What it has asked for is not remembered, but for the messages to a GSME.

    ``changing`` is told which fields of a meter's display something is about to change, ``changed`` that
    it may have. ``own`` is None where the Device has no keys: then there is no way to a GSME.
    """

    def __init__(
        self,
        config: PpmidConfig,
        policy: PpmidPolicy,
        servers: Mapping[Fuel, Mapping[int, Server]],
        inquiries: Inquiries,
        own: Own | None,
        keys: KeyRing | None,
        out: Outbox[PpmidEvent],
        changing: Callable[[Fuel, tuple[str, ...]], object],
        changed: Callable[[Fuel, Instant], object],
    ) -> None:
        self._config = config
        self._policy = policy
        self._servers = servers
        self._inquiries = inquiries
        self._own = own
        self._keys = keys
        self._out = out
        self._changing = changing
        self._changed = changed
        self._asked: dict[int, KeyedIn] = {}
        self._alarms: Alarms[int] = Alarms()

    def start(self) -> None:
        """Begin with nothing keyed in."""
        for counter in list(self._asked):
            self._close(counter)

    def key_in(self, keyed: KeyedIn, now: Instant) -> None:
        """Do what somebody has keyed in, or say why not."""
        objection = self._objection(keyed)
        if objection is not None:
            self._out.put(Result(keyed, False, objection))
            return
        self._changing(keyed.fuel, _WAYS[keyed.action].changes)
        if keyed.fuel is Fuel.GAS:
            self._ask_gsme(keyed, now)
        else:
            way = _WAYS[keyed.action]
            server = self._servers[keyed.fuel][way.cluster.id]
            self._inquiries.ask(Request(server, way.command(keyed), keyed, repeatable=False), now)

    def answered(self, event: Answered, now: Instant) -> None:
        """The ESME has answered."""
        self._tell(event.request.purpose, event.answer, now)

    def unanswered(self, keyed: KeyedIn, now: Instant) -> None:
        """The ESME has not answered, and may have done it all the same."""
        self._out.put(Result(keyed, None, "the meter did not answer"))
        self._changed(keyed.fuel, now)

    def responded(self, header: GroupingHeader, message: bytes, now: Instant) -> None:
        """A GSME's Response to a Command of this PPMID's own has come through the tunnel."""
        keyed = self._asked.get(header.originator_counter)
        if keyed is None or self._keys is None or header.business_originator_id != self._config.gsme:
            self._out.put(Note("ignored", "a Response to nothing that this PPMID has asked", message))
            return
        try:
            response = decode(message)
            check_mac(response, self._keys)
        except DoorstepError as error:
            self._out.put(Note("refused", f"a GSME's Response: {error}", message))
            return
        self._close(header.originator_counter)
        payload = response.payload
        components = payload.components if isinstance(payload, GbzPayload) else ()
        answer = components[0].command if components else None
        self._tell(keyed, answer, now)

    def deadline(self) -> Instant | None:
        """When a GSME's Response is waited for no longer."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Give up what no GSME has answered in time."""
        for counter in self._alarms.due(now):
            keyed = self._asked.pop(counter)
            self._out.put(Result(keyed, None, "no Response of the gas meter came in time"))

    def _objection(self, keyed: KeyedIn) -> str | None:
        way = _WAYS[keyed.action]
        if keyed.fuel not in self._servers:
            return f"this PPMID knows no {keyed.fuel.value} meter"
        if keyed.fuel is Fuel.GAS and not way.code:
            return "supply of gas is enabled at the meter, by a person"
        if keyed.action is Action.TOP_UP:
            try:
                utrn.parse(keyed.digits)
            except BadUtrn as error:
                return str(error)
        if len(self._asked) >= self._policy.keyed_in:
            return "too much that was keyed in waits for an answer"
        return None

    def _ask_gsme(self, keyed: KeyedIn, now: Instant) -> None:
        way, gsme = _WAYS[keyed.action], self._config.gsme
        assert gsme is not None, "without one there is no server for gas"
        frame = way.cluster.frame(way.command(keyed), Direction.TO_SERVER, sequence=0)
        payload = compose((Component.of_frame(way.cluster.id, frame),))
        try:
            if self._own is None:
                raise NoKey("this PPMID has no keys of its own")
            counter = self._own.ask_gsme(way.code, payload, gsme, now)
        except NoKey as error:
            self._out.put(Result(keyed, False, str(error)))
            return
        self._asked[counter] = keyed
        self._alarms.set(counter, now + self._policy.gas_patience)

    def _tell(self, keyed: KeyedIn, answer: Any, now: Instant) -> None:
        succeeded, words = _outcome(answer)
        self._out.put(Result(keyed, succeeded, words))
        self._changed(keyed.fuel, now)

    def _close(self, counter: int) -> None:
        del self._asked[counter]
        self._alarms.clear(counter)


def _outcome(answer: Any) -> tuple[bool | None, str]:
    """Whether a meter did as it was asked, None where its answer does not say, and in words."""
    if isinstance(answer, ConsumerTopUpResponse):
        known = answer.result in TopUpResult.__members__.values()
        name = TopUpResult(answer.result).name if known else f"result 0x{answer.result:02X}"
        return answer.result in _ACCEPTED, name.lower().replace("_", " ")
    if isinstance(answer, DefaultResponse):
        known = answer.status in Status.__members__.values()
        name = Status(answer.status).name if known else f"status 0x{answer.status:02X}"
        return answer.status == Status.SUCCESS, name.lower().replace("_", " ")
    return None, "the meter's answer says nothing of it"
