"""Requests that nobody may send, by what is wrong with them: for tests at the machine and over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from doorstep.duis import Request, build_request, element, signed_pre_command
from tests.road.dcc.office import (
    DCC,
    ENABLE,
    OPERATOR,
    SERVICE_D,
    SERVICE_S,
    SERVICE_T,
    asked,
    document,
    forged,
    returned,
    signed,
    xml_signed,
)

BEFORE = asked(1, 50)
"""What was accepted before: its counter is the last one."""


class Bad(Struct, frozen=True):
    """What is posted where, and what the answer is: an HTTP status, or a Response Code with status 200."""

    make: Callable[[], bytes]
    answer: int | str
    path: str = SERVICE_S


def _unsigned(counter: int) -> bytes:
    return build_request(asked(1, counter))


def _changed(old: bytes, new: bytes) -> bytes:
    good = document(asked(1, 60))
    assert old in good
    return good.replace(old, new, 1)


def _nested(depth: int) -> bytes:
    body = b"<sr:ReadMeterBalance></sr:ReadMeterBalance>"
    deep = b"<sr:a>" * depth + b"</sr:a>" * depth
    return _unsigned(60).replace(body, b"<sr:ReadMeterBalance>" + deep + b"</sr:ReadMeterBalance>")


def _forged_pre_command() -> Request:
    good = signed(5, 60)
    assert good.gbcs_payload is not None
    return signed_pre_command(asked(4, 60, ENABLE), 5, forged(good.gbcs_payload))


_DTD = b"<!DOCTYPE Request [<!ENTITY e 'x'>]>"
_BOMB = (
    b"<?xml version='1.0'?><!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'>"
    b"<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><b>&c;</b>"
)
_FILE = b"<?xml version='1.0'?><!DOCTYPE b [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><b>&a;</b>"

BAD: dict[str, Bad] = {
    # -- the signature and who made it
    "unsigned": Bad(lambda: _unsigned(60), 400),
    "a changed counter": Bad(lambda: _changed(b":60<", b":61<"), 400),
    "a changed Command Variant": Bad(lambda: _changed(b"Variant>1<", b"Variant>3<"), 400),
    "a changed signature value": Bad(
        lambda: _changed(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"), 400
    ),
    "signed by another User": Bad(lambda: document(asked(1, 60), signer=OPERATOR), 400),
    "signed by the DCC": Bad(lambda: document(asked(1, 60), signer=DCC), 400),
    "a certificate that is not known": Bad(
        lambda: _changed(b"<ds:X509SerialNumber>", b"<ds:X509SerialNumber>1"), 400
    ),
    # -- the counter
    "a reused counter": Bad(lambda: document(asked(2, 50)), 400, SERVICE_D),
    "a falling counter": Bad(lambda: document(asked(1, 49)), 400),
    # -- the Command Variant
    "a variant that is not the service's": Bad(lambda: document(asked(4, 60)), "E12", SERVICE_T),
    "a variant that is the DCC's own": Bad(lambda: document(asked(9, 60)), "E12"),
    "critical, and not transformed": Bad(lambda: document(asked(1, 60, ENABLE)), "E12"),
    "a variant at the wrong service": Bad(lambda: document(asked(1, 60)), "E13", SERVICE_D),
    "a signed Pre-Command at the wrong service": Bad(lambda: document(signed(5, 60)), "E13", SERVICE_T),
    # -- the XML
    "nothing": Bad(lambda: b"", 400),
    "not XML": Bad(lambda: b"hello", 400),
    "not well formed": Bad(lambda: document(asked(1, 60))[:-9], 400),
    "a document type": Bad(lambda: _unsigned(60).replace(b"?>", b"?>" + _DTD, 1), 400),
    "entities that grow": Bad(lambda: _BOMB, 400),
    "an entity that is a file": Bad(lambda: _FILE, 400),
    "nested too deep": Bad(lambda: _nested(200), 400),
    "too many elements": Bad(
        lambda: _unsigned(60).replace(b"<sr:Body>", b"<sr:Body>" + b"<sr:a/>" * 25_000), 400
    ),
    "oversized": Bad(lambda: document(asked(1, 60)) + b" " * (1 << 20), 413),
    "another encoding": Bad(lambda: _unsigned(60).replace(b"UTF-8", b"UTF-16", 1), 400),
    "the body of another service": Bad(
        lambda: xml_signed(_unsigned(60).replace(b"ReadMeterBalance", b"EnableSupply")), 400
    ),
    "a body that its service does not have": Bad(lambda: xml_signed(_nested(1)), 400),
    # -- what is inside
    "a Pre-Command that somebody else signed": Bad(lambda: document(_forged_pre_command()), 400),
    "a Response to nothing": Bad(
        lambda: document(returned(bytes.fromhex("DD00000000000000"), 60)), 400, SERVICE_D
    ),
    "a request for nobody's Device": Bad(
        lambda: document(asked(1, 60, element("ReadMeterBalance"), target=OPERATOR)), "E19"
    ),
}
