"""The hub's own firmware: images that it holds, and their activation, now or later (CS06).

Which text of GBCS 10.8.2 the hub follows depends on the version that runs, so an activation is what turns
the changed rule on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import structs

from doorstep.gbcs.header import Cra
from doorstep.gbcs.payloads.asn1 import CANCEL, Asn1Payload, build
from doorstep.gbcs.payloads.asn1.devices import FirmwareActivation, FirmwareActivationAlert, FirmwareOutcome
from doorstep.gbcs.payloads.asn1.names import ActivateImageResponseCode
from doorstep.gbcs.times import Instant
from doorstep.road.device import AlertCode, Execution, Failure, Occasion
from doorstep.road.hub.state import Activation, ChfState

__all__ = ["ACTIVATE_FIRMWARE", "OUTCOME", "execute", "outcome_alert", "outcome_code", "taken_due"]

ACTIVATE_FIRMWARE: Final = 0x0012
"""The Message Code of CS06."""
OUTCOME: Final = 0x00CA
"""The Message Code of *Future Dated Firmware Activation Alert*."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_VERSION_SIZE: Final = 4


def execute(payload: Asn1Payload, state: ChfState, occasion: Occasion) -> Execution[ChfState]:
    """CS06: activate the image with this hash at once, at a time, or take back what is pending.

    For a later time the answer is that it is accepted; an Alert will say what became of it. A new one
    takes the place of one that is pending.
    """
    command = payload.value
    assert isinstance(command, FirmwareActivation), "the CHF executes no other ASN.1"
    when = command.execution_date_time
    if when is None:
        after, outcome = _activated(state, command.manufacturer_image_hash)
        return Execution(after, _response(outcome), _failure(outcome))
    activation = None
    if when != CANCEL:
        header = occasion.header
        activation = Activation(
            (when - _EPOCH) // _MILLISECOND,
            header.originator_counter,
            header.business_originator_id,
            command.manufacturer_image_hash,
        )
    return Execution(structs.replace(state, activation=activation), _response(None))


def taken_due(state: ChfState, now: Instant) -> tuple[ChfState, Activation, FirmwareOutcome] | None:
    """What an activation that is due makes of the state, and what to say of it; None where none is due."""
    activation = state.activation
    if activation is None or activation.due > now:
        return None
    after, outcome = _activated(structs.replace(state, activation=None), activation.hash)
    return after, activation, outcome


def outcome_code(outcome: FirmwareOutcome) -> AlertCode:
    """The code of what became of a future-dated activation."""
    succeeded = outcome.activate_image_response_code == ActivateImageResponseCode.SUCCESS
    return AlertCode.FUTURE_DATED_ACTIONED if succeeded else AlertCode.FUTURE_DATED_NOT_ACTIONED


def outcome_alert(activation: Activation, outcome: FirmwareOutcome) -> Asn1Payload:
    """What the Alert on a future-dated activation says."""
    due = (_EPOCH + activation.due * _MILLISECOND).replace(microsecond=0)
    return build(
        OUTCOME, Cra.ALERT, FirmwareActivationAlert(outcome_code(outcome), due, activation.counter, outcome)
    )


def _activated(state: ChfState, image_hash: bytes) -> tuple[ChfState, FirmwareOutcome]:
    image = state.image
    if image is None:
        return state, _outcome(ActivateImageResponseCode.NO_IMAGE_HELD, state)
    if image.hash != image_hash:
        return state, _outcome(ActivateImageResponseCode.HASH_MISMATCH, state)
    after = structs.replace(state, firmware=image.version, image=None)
    return after, _outcome(ActivateImageResponseCode.SUCCESS, after)


def _outcome(code: ActivateImageResponseCode, state: ChfState) -> FirmwareOutcome:
    return FirmwareOutcome(code, state.firmware.to_bytes(_VERSION_SIZE, "big"))


def _response(outcome: FirmwareOutcome | None) -> Asn1Payload:
    return build(ACTIVATE_FIRMWARE, Cra.RESPONSE, outcome)


def _failure(outcome: FirmwareOutcome) -> Failure | None:
    code = outcome.activate_image_response_code
    if code == ActivateImageResponseCode.SUCCESS:
        return None
    return Failure(ActivateImageResponseCode(code).name.lower().replace("_", " "))
