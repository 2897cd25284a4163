"""Correlation: is what the DCC returned what the supplier asked for? Nothing is signed unless it is.

The supplier transforms its own request and compares, field by field. A request does not say all that the DCC
knows of the Device, so there may be several forms that answer it: use case versions, and the single or twin
element form of a meter. Any of them will do; nothing else will.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
from msgspec import Struct

from doorstep.duis import RequestId
from doorstep.duis.request import Request
from doorstep.duis.transform import ELEMENTS, Known, OtherDevice, candidates, transform
from doorstep.duis.transform import Mapping as MappingRow
from doorstep.duis.transform.rows import OTHER_DEVICE, other_device, other_id
from doorstep.errors import Unsupported, VerificationError
from doorstep.eui import Eui
from doorstep.gbcs import USE_CASES, Cra, Form, GroupingHeader, Message, decode
from doorstep.gbcs.times import Instant

__all__ = [
    "NotCorrelated",
    "alternatives",
    "check_command",
    "codes_of",
    "correlate",
    "difference",
    "to_be_joined",
]

_SECOND: Final = 1000
_PRE_COMMAND_FORMS: Final = (Form.UNSIGNED, Form.UNSIGNED_EMPTY)
_NOBODY: Final[Mapping[Eui, OtherDevice]] = MappingProxyType({})


class NotCorrelated(VerificationError):
    """What came back is not what was asked for; ``field`` is the first field that differs."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail

    def __reduce__(self) -> tuple[type[NotCorrelated], tuple[str, str]]:
        return type(self), (self.field, self.detail)


def correlate(
    pre_command: bytes,
    request: Request,
    broker: Eui,
    now: Instant,
    tolerance: Instant = 0,
    others: Mapping[Eui, OtherDevice] = _NOBODY,
) -> Message:
    """The supplier's own message that the Pre-Command equals, byte for byte: that one is to be signed.

    ``request`` is the one that was sent to be transformed, ``broker`` the DCC's Access Control Broker. A time
    that the DCC stamped may be up to ``tolerance`` milliseconds before or after ``now``. ``others`` is what
    the supplier knows of the Device that the target is to be joined with: a certificate that the Pre-Command
    sends along has to be the one there.

    Raises :class:`NotCorrelated`; :class:`DecodeError` for bytes that are no message; :class:`Unsupported`
    where doorstep cannot tell what the request becomes, which is as good a reason not to sign.
    """
    found = decode(pre_command)
    if found.form not in _PRE_COMMAND_FORMS:
        raise NotCorrelated("form", f"a {found.form.value} message, where a Pre-Command has no protection")
    _check_header(found.header, request.request_id, request.service_reference_variant)
    wanted: dict[bytes, Message] = {}
    for clock in _clocks(now, tolerance):
        known = Known(broker, clock=clock, others=others)
        forms = {mine.grouped: mine for mine in alternatives(request, known, found.header.message_code)}
        if found.grouped in forms:
            return forms[found.grouped]
        if wanted and forms.keys() == wanted.keys():
            break  # Nothing in it is stamped with the time, so that no other time will do either.
        wanted = wanted or forms
    raise _nearest(found, list(wanted.values()))


def to_be_joined(request: Request, certificate_of: Callable[[Eui], bytes]) -> Mapping[Eui, OtherDevice]:
    """What the supplier knows of the Device that a request joins its target with: the certificate."""
    if not request.body.has(OTHER_DEVICE):
        return _NOBODY
    name = other_id(request)
    return {name: OtherDevice(None, certificate_of(name))}


def alternatives(request: Request, known: Known, code: int) -> Iterator[Message]:
    """Every message that the request may become, where only the DCC's knowledge of the Device decides.

    Those of use case ``code`` where there are any, else all. Raises :class:`Unsupported` where there is
    none that doorstep knows how to make.
    """
    reasons = []
    made = False
    rows = candidates(request, known)
    for row in [row for row in rows if row.use_case.code == code] or rows:
        for form in ELEMENTS:
            try:
                message = transform(request, _as_the_dcc_may_know(row, form, request, known))
            except Unsupported as error:
                reasons.append(str(error))
                continue
            made = True
            yield message
    if not made:
        name = f"service request {request.service_reference_variant} ({request.body.name})"
        raise Unsupported(reasons[0] if reasons else f"doorstep cannot transform {name}")


def check_command(command: bytes, name: RequestId, variant: str, broker: Eui, signed: bytes = b"") -> Message:
    """The Command for Local Delivery, if it is one for this request.

    ``signed`` is the Signed Pre-Command that it must hold, for a critical one; what a Command holds that is
    not critical is the DCC's to answer for. Raises :class:`NotCorrelated` or :class:`DecodeError`.
    """
    found = decode(command)
    if found.form is not Form.MACED:
        raise NotCorrelated("form", f"a {found.form.value} message, where a Command has the DCC's MAC")
    _check_header(found.header, name, variant, broker)
    if signed and found.authenticated != signed:
        raise NotCorrelated("Signed Pre-Command", "the Command does not hold what was signed")
    return found


def codes_of(variant: str) -> frozenset[int]:
    """The Message Codes of the use cases that a Service Reference Variant leads to."""
    return frozenset(row.code for row in USE_CASES.values() if variant in row.srvs)


def difference(wanted: object, found: object, path: str) -> str:
    """The path of the first field in which two values differ, empty where they are equal.

    Goes down only where both have the same shape, so no deeper than the value that was wanted.
    """
    if type(wanted) is not type(found):
        return path
    if isinstance(wanted, Struct):
        fields = wanted.__struct_fields__
        pairs: Any = ((f"{path}.{name}", getattr(wanted, name), getattr(found, name)) for name in fields)
    elif isinstance(wanted, tuple) and isinstance(found, tuple) and len(wanted) == len(found):
        pairs = ((f"{path}[{n}]", *pair) for n, pair in enumerate(zip(wanted, found, strict=True)))
    else:
        return "" if wanted == found else path
    return next((place for where, one, other in pairs if (place := difference(one, other, where))), "")


def _as_the_dcc_may_know(row: MappingRow, form: str, request: Request, known: Known) -> Known:
    """What the DCC knows where a request becomes what the row says."""
    others = dict(known.others)
    if row.other is not None:
        certificate = other_device(request, known).certificate
        others[other_id(request)] = OtherDevice(row.other, certificate)
    return msgspec.structs.replace(
        known,
        use_cases=frozenset((row.use_case.name,)),
        device_type=row.device_type,
        element=form,
        others=others,
    )


def _check_header(header: GroupingHeader, name: RequestId, variant: str, broker: Eui | None = None) -> None:
    """Compare the Message Identifier, parties and Message Code with the RequestID and the service.

    For a Device that does not know the supplier the ``broker`` speaks, with a counter of its own, and the
    supplier and its counter are the supplementary ones.
    """
    if broker is not None and header.business_originator_id == broker:
        by = ("Supplementary Remote Party ID", header.supplementary_remote_party_id)
        counter = ("Supplementary Remote Party Counter", header.supplementary_remote_party_counter)
    else:
        by = ("Business Originator ID", header.business_originator_id)
        counter = ("Originator Counter", header.originator_counter)
    for (field, found), wanted in (
        (("CRA Flag", header.cra), Cra.COMMAND),
        (counter, name.counter),
        (by, name.originator),
        (("Business Target ID", header.business_target_id), name.target),
    ):
        if found != wanted:
            raise NotCorrelated(field, f"{found!s} where {wanted!s} was asked for")
    if header.message_code not in codes_of(variant):
        raise NotCorrelated("Message Code", f"0x{header.message_code:04X} is no use case of {variant}")


def _clocks(now: Instant, tolerance: Instant) -> Iterator[Instant]:
    """The times that the DCC may have stamped a message with, to the second: nearest first."""
    yield now
    for apart in range(_SECOND, tolerance + 1, _SECOND):
        yield now - apart
        yield now + apart


def _nearest(found: Message, wanted: list[Message]) -> NotCorrelated:
    """Say in which field the message differs from the form that it is most like."""
    same_code = [mine for mine in wanted if mine.header.message_code == found.header.message_code]
    for mine in same_code or wanted:
        field = difference(mine.header, found.header, "header") or difference(
            mine.payload, found.payload, "payload"
        )
        return NotCorrelated(field or "payload", "it differs from what was asked for")
    raise AssertionError("there is at least one form, or Unsupported was raised")
