"""A whole message in JSON: the Grouping Header's fields, the payload, the protections."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from doorstep.errors import DecodeError
from doorstep.gbcs.alerts import alert_code
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.json_form.at import At, JsonObject, bounded
from doorstep.gbcs.json_form.octets import (
    read_code,
    read_date_time,
    read_eui,
    read_octets,
    write_code,
    write_date_time,
)
from doorstep.gbcs.json_form.payloads import read_payload, write_payload
from doorstep.gbcs.message import MAC_LENGTH, SIGNATURE_LENGTH, Form, Message, build, decode
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.usecases import use_case

__all__ = ["from_json", "header_to_json", "to_json"]

_PARTY: Final = "supplementary_remote_party_id"
_PARTY_COUNTER: Final = "supplementary_remote_party_counter"
_OWN_COUNTER: Final = "supplementary_originator_counter"
_CERTIFICATE: Final = "supplementary_remote_party_key_agreement_certificate"

_REQUIRED: Final = (
    "message_code",
    "cra_flag",
    "originator_counter",
    "business_originator_id",
    "business_target_id",
    "payload",
)
_AIDS: Final = ("use_case", "title", "alert_code")
_DECRYPTED: Final = "decrypted"
_OPTIONAL: Final = (
    *("date_time", _PARTY, _PARTY_COUNTER, _OWN_COUNTER, _CERTIFICATE),
    *("form", "signature", "mac"),
    *(*_AIDS, _DECRYPTED),
)

_CRA_FLAGS: Final = {cra.name.capitalize(): cra for cra in Cra}
_FORMS: Final = {form.value: form for form in Form}
_U64_MAX: Final = 2**64 - 1


def to_json(message: Message, opened: Payload | None = None) -> JsonObject:
    """A message as a JSON object, whose form :mod:`doorstep.gbcs.json_form` lays down.

    It holds text, numbers, booleans, None, lists and dictionaries alone; any JSON writer takes it.
    ``opened`` is the payload with what was encrypted in the place of the ciphertext, as
    :func:`doorstep.gbcs.encrypted.opened` gives it; where it differs it is added, for reading only.
    """
    written = _aids(message) | _write_header(message.header)
    written |= {"payload": write_payload(message.payload), "form": message.form.value}
    if message.signature:
        written["signature"] = message.signature.hex()
    if message.mac:
        written["mac"] = message.mac.hex()
    if opened is not None and opened != message.payload:
        written[_DECRYPTED] = write_payload(opened)
    return written


def header_to_json(header: GroupingHeader) -> JsonObject:
    """What a header says of its message: the use case's name and title, and its own fields."""
    return _names(header) | _write_header(header)


def from_json(value: object) -> Message:
    """The message that :func:`to_json` wrote, whose bytes are the same.

    Raises :class:`EncodeError`, whose field is the path to what is wrong, for anything else: so for
    members that belong nowhere, and for what is for reading only and says otherwise than the message.
    What was decrypted is not looked at.
    """
    at = bounded(value)
    members = at.members(*_REQUIRED, optional=_OPTIONAL)
    header = _read_header(members)
    message = build(
        header,
        read_payload(members["payload"], header),
        signature=read_octets(members["signature"], SIGNATURE_LENGTH) if "signature" in members else b"",
        mac=read_octets(members["mac"], MAC_LENGTH) if "mac" in members else b"",
        form=members["form"].one_of(_FORMS) if "form" in members else None,
    )
    _check_aids(message, members)
    _check_reads_back(message, at)
    return message


# -- the Grouping Header ----------------------------------------------------------------------------


def _write_header(header: GroupingHeader) -> JsonObject:
    written: JsonObject = {
        "message_code": write_code(header.message_code, 4),
        "cra_flag": header.cra.name.capitalize(),
        "originator_counter": header.originator_counter,
        "business_originator_id": str(header.business_originator_id),
        "business_target_id": str(header.business_target_id),
    }
    if header.date_time:
        written["date_time"] = write_date_time(header.date_time)
    if header.supplementary_remote_party_id is not None:
        written[_PARTY] = str(header.supplementary_remote_party_id)
    if header.supplementary_remote_party_counter is not None:
        written[_PARTY_COUNTER] = header.supplementary_remote_party_counter
    if header.supplementary_originator_counter is not None:
        written[_OWN_COUNTER] = header.supplementary_originator_counter
    if header.supplementary_certificate:
        written[_CERTIFICATE] = header.supplementary_certificate.hex()
    return written


def _read_header(members: dict[str, At]) -> GroupingHeader:
    def counter(name: str) -> int | None:
        return members[name].integer(0, _U64_MAX) if name in members else None

    return GroupingHeader(
        members["cra_flag"].one_of(_CRA_FLAGS),
        members["originator_counter"].integer(0, _U64_MAX),
        read_eui(members["business_originator_id"]),
        read_eui(members["business_target_id"]),
        read_code(members["message_code"], 4),
        read_date_time(members["date_time"]) if "date_time" in members else b"",
        read_eui(members[_PARTY]) if _PARTY in members else None,
        counter(_PARTY_COUNTER),
        counter(_OWN_COUNTER),
        read_octets(members[_CERTIFICATE]) if _CERTIFICATE in members else b"",
    )


# -- what is for reading only -----------------------------------------------------------------------


def _aids(message: Message) -> JsonObject:
    """What a reader wants to know and the message says only by its numbers."""
    aids = _names(message.header)
    if message.header.cra is Cra.ALERT:
        with suppress(DecodeError):
            aids["alert_code"] = write_code(alert_code(message), 4)
    return aids


def _names(header: GroupingHeader) -> JsonObject:
    row = use_case(header.message_code)
    if row is None:
        return {}
    return {"use_case": row.name, "title": row.title} if row.name else {"title": row.title}


def _check_aids(message: Message, members: dict[str, At]) -> None:
    found = _aids(message)
    for name in _AIDS:
        if name in members and members[name].value != found.get(name):
            raise members[name].wrong(f"the message itself says {found.get(name, 'nothing of that')}")


def _check_reads_back(message: Message, at: At) -> None:
    """Raise :class:`EncodeError` for parts that are good each by itself, and make no message together."""
    try:
        same = decode(bytes(message)) == message
    except DecodeError as error:
        raise at.wrong(f"what it encodes to cannot be read: {error}") from None
    if not same:
        raise at.wrong("what it encodes to reads otherwise")
