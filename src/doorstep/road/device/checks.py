"""What a Command must pass before anything is changed, in the order in which a Device checks it.

Each check is a function that passes or raises :class:`Rejection`; a rejected Command gets no Response.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.errors import BadMac, BadSignature, DecodeError, DoorstepError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyRing, KeyUsage, Role
from doorstep.gbcs.message import Message, decode
from doorstep.gbcs.protection import carried, check_mac, check_signature
from doorstep.gbcs.usecases import Category, DeviceType, PayloadKind, Protection, UseCase
from doorstep.road.device.cells import Cells, may_send
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.counters import Counters, Sender, Watch, watch_over
from doorstep.road.device.execution import LANGUAGES

__all__ = ["CHECKS", "Admitted", "Receiver", "Rejection", "admit"]


class Rejection(DoorstepError):
    """A Command that is not executed: why, the alert code for it, and the word for the log."""

    def __init__(self, why: str, alert: AlertCode, what: str = "refused") -> None:
        super().__init__(why)
        self.why = why
        self.alert = alert
        self.what = what


class Receiver(Struct, frozen=True):
    """The Device that a Command has reached, as far as the checks look at it.

    ``languages`` are those that it executes, ``asn1`` the use cases in ASN.1 where it names them.
    """

    eui: Eui
    device_type: DeviceType
    cells: Cells
    keys: KeyRing
    counters: Counters
    languages: frozenset[PayloadKind]
    check_non_critical: bool
    asn1: frozenset[str] | None = None


class Admitted(Struct, frozen=True):
    """A Command that passed: its use case and language, who sent it, and what counts it."""

    message: Message
    row: UseCase
    language: PayloadKind
    sender: Sender
    watch: Watch


def admit(command: bytes, receiver: Receiver) -> Admitted:
    """Decode a Command and put it through every check; raises :class:`Rejection` at the first it fails."""
    try:
        message = decode(command)
    except DecodeError as error:
        raise Rejection(f"it does not parse: {error}", AlertCode.MALFORMED_COMMAND) from None
    for check in CHECKS:
        check(message, receiver)
    row = _row(message)
    return Admitted(message, row, row.payload, _sender(message, receiver), _watch(row, receiver))


# -- 1: format, and whom it is for -----------------------------------------------------------------


def is_command(message: Message, _receiver: Receiver) -> None:
    """The CRA Flag says Command, and the header is as that of a Command is."""
    if message.header.cra is not Cra.COMMAND:
        raise Rejection(f"a {message.header.cra.name.lower()} is no Command", AlertCode.MALFORMED_COMMAND)
    if message.header.date_time:
        raise Rejection("a Command has no date-time in its header", AlertCode.MALFORMED_COMMAND)


def is_for_this_device(message: Message, receiver: Receiver) -> None:
    """The Business Target ID is this Device's Entity Identifier."""
    target = message.header.business_target_id
    if target != receiver.eui:
        raise Rejection(f"it is for {target}", AlertCode.MALFORMED_COMMAND)


# -- 2: the use case -------------------------------------------------------------------------------


def is_supported(message: Message, receiver: Receiver) -> None:
    """A use case of this type of Device has this Message Code, and its payload is in that language."""
    row = _row(message)
    if row.payload is PayloadKind.ASN1 and receiver.asn1 is not None:
        known = row.name in receiver.asn1
    else:
        known = receiver.device_type in row.targets
    if not known or not row.command:
        raise _unsupported(f"{row.label} is no Command for an {receiver.device_type.value}")
    if row.payload not in receiver.languages:
        raise _unsupported(f"{row.label} is in {row.payload.value}, which this Device does not execute")
    if not isinstance(message.payload, LANGUAGES[row.payload]):
        why = f"its payload is {type(message.payload).__name__}, not {row.payload.value}"
        raise Rejection(why, AlertCode.MALFORMED_COMMAND)


def is_protected(message: Message, _receiver: Receiver) -> None:
    """It carries the protections that its use case demands, no fewer and no more."""
    found = carried(message)
    row = _row(message)
    if found not in row.command:
        raise Rejection(
            f"{row.label} demands {_words(row.command[0])}; this has {_words(found)}",
            AlertCode.FAILED_AUTHORISATION,
        )


# -- 3: the originator -----------------------------------------------------------------------------


def is_authorised(message: Message, receiver: Receiver) -> None:
    """The originator is in a trust anchor cell, in a role that may send this, or a PPMID of this GSME."""
    _sender(message, receiver)


# -- 4 and 5: signature and MAC --------------------------------------------------------------------


def is_signed(message: Message, receiver: Receiver) -> None:
    """The signature, where there is one, is the originator's."""
    if not message.signature:
        return
    try:
        check_signature(message, receiver.keys)
    except BadSignature as error:
        raise Rejection(str(error), AlertCode.AUTHENTICATION_FAILURE) from None
    except NoKey as error:
        raise Rejection(str(error), AlertCode.FAILED_AUTHORISATION) from None


def is_sealed(message: Message, receiver: Receiver) -> None:
    """The MAC, where there is one, is that of the Access Control Broker in this Device's cell.

    What a PPMID says to a GSME has the PPMID's own.
    """
    if not message.mac:
        return
    try:
        check_mac(message, receiver.keys, author=_author_of_mac(message, receiver))
    except BadMac as error:
        raise Rejection(str(error), AlertCode.AUTHENTICATION_FAILURE) from None
    except NoKey as error:
        raise Rejection(str(error), AlertCode.FAILED_AUTHORISATION) from None


def is_answerable(message: Message, receiver: Receiver) -> None:
    """The MAC of its Response, where that has one, can be made for the originator."""
    originator, row = message.header.business_originator_id, _row(message)
    if Protection.MAC not in row.response[0]:
        return
    if receiver.keys.store.public_key(originator, KeyUsage.KEY_AGREEMENT) is None:
        why = f"no key agreement certificate of {originator} is held to answer with"
        raise Rejection(why, AlertCode.FAILED_AUTHORISATION)


# -- 6: anti-replay --------------------------------------------------------------------------------


def is_new(message: Message, receiver: Receiver) -> None:
    """Its Originator Counter is not spent."""
    watch = _watch(_row(message), receiver)
    sender = _sender(message, receiver)
    counter = message.header.originator_counter
    if receiver.counters.is_spent(watch, sender, counter):
        why = f"its counter {counter} is spent ({watch.value}, {_name(sender)})"
        raise Rejection(why, AlertCode.OUT_OF_ORDER, "replayed")


Check = Callable[[Message, Receiver], None]

CHECKS: Final[tuple[Check, ...]] = (
    is_command,
    is_for_this_device,
    is_supported,
    is_protected,
    is_authorised,
    is_signed,
    is_sealed,
    is_answerable,
    is_new,
)
"""The checks in their order; nothing is trusted before the signature and the MAC have held."""


def _row(message: Message) -> UseCase:
    row = message.use_case
    if row is None:
        raise _unsupported(f"no use case has the Message Code 0x{message.header.message_code:04X}")
    return row


def _sender(message: Message, receiver: Receiver) -> Sender:
    originator, row = message.header.business_originator_id, _row(message)
    if _is_of_ppmid(row) and originator in receiver.cells.peers:
        return originator
    roles = receiver.cells.roles(originator)
    if not roles:
        raise Rejection(f"{originator} is in no trust anchor cell", AlertCode.UNAUTHORISED_ACCESS)
    for role in roles:
        if may_send(role, row, message.header, receiver.device_type):
            return role
    held = ", ".join(map(_name, roles))
    raise Rejection(f"the {held} may not send {row.label}", AlertCode.NO_AUTHORITY)


def _author_of_mac(message: Message, receiver: Receiver) -> Eui:
    if _is_of_ppmid(_row(message)):
        return message.header.business_originator_id
    broker = receiver.cells.party(Role.ACCESS_CONTROL_BROKER)
    if broker is None:
        raise Rejection("no Access Control Broker is known", AlertCode.FAILED_AUTHORISATION)
    return broker


def _is_of_ppmid(row: UseCase) -> bool:
    return row.category is Category.SME_C_PPMID_GSME


def _name(sender: Sender) -> str:
    return sender.name.lower().replace("_", " ") if isinstance(sender, Role) else str(sender)


def _watch(row: UseCase, receiver: Receiver) -> Watch:
    return watch_over(row, check_non_critical=receiver.check_non_critical)


def _unsupported(why: str) -> Rejection:
    # Our facts give this code for one type of Device; for the others we note it all the same.
    return Rejection(why, AlertCode.NOT_SUPPORTED)


def _words(protection: Protection) -> str:
    return " and ".join(one.name.lower() for one in protection if one.name) or "none"
