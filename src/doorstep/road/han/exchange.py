"""The exchange of demo key establishment: three commands each way, between a Device and the trust centre.

:class:`Initiator` is the Device's side; :class:`Responder` is the trust centre's, with one attempt at a
time for each Device. Neither knows frames: commands in, and what follows from them.
"""

from __future__ import annotations

import hmac
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.road.han.counters import FrameCounters
from doorstep.road.han.establishment import Agreed, Ephemeral, Roles, agree, certificate, ephemeral
from doorstep.secret import Secret
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.key_establishment import (
    Certificate,
    ConfirmKey,
    EphemeralData,
    InitiateKeyEstablishment,
    Suite,
    TerminateKeyEstablishment,
    TerminateStatus,
)

__all__ = ["Initiator", "Responder", "Step"]

_CALCULATION_TIME: Final = 3
"""Seconds that a side says it needs for a calculation."""
_WAIT_TIME: Final = 5
"""Seconds to wait before another attempt."""


class Step(Struct, frozen=True):
    """What follows from a command: an answer, the key that both now hold, or why there will be none."""

    answer: Command | None = None
    key: Secret | None = None
    failed: str = ""


_NOTHING: Final = Step()


def _terminate(status: TerminateStatus) -> Step:
    answer = TerminateKeyEstablishment(status, _WAIT_TIME, Suite.K283)
    return Step(answer, failed=f"terminated: {status.name.lower().replace('_', ' ')}")


def _initiate(own: Eui) -> InitiateKeyEstablishment:
    return InitiateKeyEstablishment(Suite.K283, _CALCULATION_TIME, _CALCULATION_TIME, certificate(own))


def _objection(command: InitiateKeyEstablishment, subject: Eui) -> TerminateStatus | None:
    """What is wrong with the other side's first command, if anything is."""
    if command.suite != Suite.K283:
        return TerminateStatus.UNSUPPORTED_SUITE
    try:
        named = Certificate.from_bytes(command.certificate).subject
    except DecodeError:
        return TerminateStatus.INVALID_CERTIFICATE
    return None if named == subject else TerminateStatus.INVALID_CERTIFICATE


class Initiator:
    """A Device that wants a link key with the trust centre."""

    def __init__(self, own: Eui, seed: bytes, install_key: bytes, counters: FrameCounters) -> None:
        self._own = own
        self._seed = seed
        self._install_key = install_key
        self._counters = counters
        self._centre: Eui | None = None
        self._ephemeral: Ephemeral | None = None
        self._agreed: Agreed | None = None

    def begin(self, centre: Eui) -> Command:
        """The first command of a new attempt."""
        self._centre, self._ephemeral, self._agreed = centre, None, None
        return _initiate(self._own)

    def take(self, sender: Eui, command: object) -> Step:
        """Take a command of the other side; one that is out of turn changes nothing."""
        if sender != self._centre:
            return _NOTHING
        match command:
            case InitiateKeyEstablishment() if self._ephemeral is None:
                return self._initiated(command, sender)
            case EphemeralData() if self._ephemeral is not None and self._agreed is None:
                return self._exchanged(command, sender, self._ephemeral)
            case ConfirmKey() if self._agreed is not None:
                return self._confirmed(command, self._agreed)
            case TerminateKeyEstablishment():
                self._centre = None
                return Step(failed=f"terminated by the trust centre with status {command.status}")
        return _NOTHING

    def _initiated(self, command: InitiateKeyEstablishment, sender: Eui) -> Step:
        objection = _objection(command, sender)
        if objection is not None:
            return self._end(_terminate(objection))
        self._ephemeral = ephemeral(self._seed, self._counters.link())
        return Step(EphemeralData(self._ephemeral.public))

    def _exchanged(self, command: EphemeralData, sender: Eui, own: Ephemeral) -> Step:
        roles = Roles(self._own, sender)
        theirs = command.public_key
        self._agreed = agree(self._install_key, roles, own.private, own.public, theirs, theirs)
        if self._agreed is None:
            return self._end(_terminate(TerminateStatus.BAD_MESSAGE))
        return Step(ConfirmKey(self._agreed.from_initiator))

    def _confirmed(self, command: ConfirmKey, agreed: Agreed) -> Step:
        if not hmac.compare_digest(command.smac, agreed.from_responder):
            return self._end(_terminate(TerminateStatus.BAD_KEY_CONFIRM))
        return self._end(Step(key=agreed.link_key))

    def _end(self, step: Step) -> Step:
        self._centre = None
        return step


class _Attempt:
    """One Device's attempt, as the trust centre follows it."""

    def __init__(self) -> None:
        self.agreed: Agreed | None = None


class Responder:
    """The trust centre's side."""

    def __init__(self, own: Eui, seed: bytes, counters: FrameCounters) -> None:
        self._own = own
        self._seed = seed
        self._counters = counters
        self._attempts: dict[Eui, _Attempt] = {}

    def take(self, sender: Eui, install_key: bytes, command: object) -> Step:
        """Take a command of a Device that is admitted with the key of its install code."""
        match command:
            case InitiateKeyEstablishment():
                return self._initiated(command, sender)
            case EphemeralData():
                return self._exchanged(command, sender, install_key)
            case ConfirmKey():
                return self._confirmed(command, sender)
            case TerminateKeyEstablishment():
                self.forget(sender)
                return Step(failed=f"terminated by {sender} with status {command.status}")
        return _NOTHING

    def forget(self, eui: Eui) -> None:
        """Follow no attempt of a Device any more."""
        self._attempts.pop(eui, None)

    def _initiated(self, command: InitiateKeyEstablishment, sender: Eui) -> Step:
        self.forget(sender)
        objection = _objection(command, sender)
        if objection is not None:
            return _terminate(objection)
        self._attempts[sender] = _Attempt()
        return Step(_initiate(self._own))

    def _exchanged(self, command: EphemeralData, sender: Eui, install_key: bytes) -> Step:
        attempt = self._attempts.get(sender)
        if attempt is None or attempt.agreed is not None:
            return self._end(sender, TerminateStatus.BAD_MESSAGE)
        own = ephemeral(self._seed, self._counters.link())
        theirs = command.public_key
        agreed = agree(install_key, Roles(sender, self._own), own.private, theirs, own.public, theirs)
        if agreed is None:
            return self._end(sender, TerminateStatus.BAD_MESSAGE)
        attempt.agreed = agreed
        return Step(EphemeralData(own.public))

    def _confirmed(self, command: ConfirmKey, sender: Eui) -> Step:
        attempt = self._attempts.get(sender)
        if attempt is None or attempt.agreed is None:
            return self._end(sender, TerminateStatus.BAD_MESSAGE)
        agreed = attempt.agreed
        if not hmac.compare_digest(command.smac, agreed.from_initiator):
            return self._end(sender, TerminateStatus.BAD_KEY_CONFIRM)
        self.forget(sender)
        return Step(ConfirmKey(agreed.from_responder), key=agreed.link_key)

    def _end(self, sender: Eui, status: TerminateStatus) -> Step:
        self.forget(sender)
        return _terminate(status)
