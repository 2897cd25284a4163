"""Access control: who sent a request, and whether they may send it, here, now, for that Device.

:func:`claim_of` and :func:`authenticate` settle who; :func:`authorise` runs the checks of :data:`CHECKS` in
order. What does not pass raises :class:`Denied`, where HTTP itself answers, or :class:`Refusal`, where a
Response Code does (``duis.md`` sections 5.1 and 7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.duis import catalogue, codes, xml
from doorstep.duis.catalogue import FutureDated, Role, ServiceRequestVariant
from doorstep.duis.command_variant import CommandVariant, Input, Service, command_variant
from doorstep.duis.request import Request, parse_request
from doorstep.duis.signature import CertificateFor, Claim, Verified, read
from doorstep.duis.transform import ROWS
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs.certificates import XML_USER, describe
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.events import Posted
from doorstep.road.dcc.inventory import Device, DeviceStatus, Registry, User
from doorstep.road.dcc.policy import DccPolicy

__all__ = [
    "CHECKS",
    "DEVICE_TYPES",
    "Denied",
    "Refusal",
    "Wanted",
    "authenticate",
    "authorise",
    "claim_of",
    "service_of",
]


class Denied(DoorstepError):
    """HTTP refuses the request: there is no Response, only a status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Refusal(DoorstepError):
    """The request is understood and refused with a Response Code."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class Wanted(Struct, frozen=True):
    """A request with the rows that it is about, and who asks for what to be done to which Device.

    ``user`` and ``device`` are None where the inventory has none such. ``to_dcc`` says that the target is
    the DCC itself.
    """

    request: Request
    row: ServiceRequestVariant
    variant: CommandVariant
    service: Service
    user: User | None
    device: Device | None
    to_dcc: bool


_SERVICES: Final = {service.path: service for service in Service}
_DATED: Final = (1, 4, 5)

_BEFORE_COMMISSIONING: Final = (DeviceStatus.WHITELISTED, DeviceStatus.INSTALLED_NOT_COMMISSIONED)
_FOR_COMMISSIONING: Final = ("8.1.1", "8.7.1", "8.7.2", "11.2")
"""What may be asked of a Device before it is commissioned: to be, to be joined, and its firmware (policy)."""

_REGISTERED: Final = frozenset((Role.IS, Role.ES, Role.GS, Role.ED, Role.GT))
"""The roles that a User has by being registered for a supply point."""

_ELECTRICITY: Final = frozenset((Role.IS, Role.ES, Role.ED))
_GAS: Final = frozenset((Role.GS, Role.GT))
_OTHER_FUEL: Final = {DeviceType.ESME: _GAS, DeviceType.GSME: _ELECTRICITY, DeviceType.GPF: _ELECTRICITY}


def _device_types() -> dict[str, frozenset[DeviceType]]:
    found: dict[str, set[DeviceType]] = {}
    for row in ROWS:
        found.setdefault(row.variant, set()).add(row.device_type)
    return {srv: frozenset(kinds) for srv, kinds in found.items()}


DEVICE_TYPES: Final[Mapping[str, frozenset[DeviceType]]] = MappingProxyType(_device_types())
"""For which kinds of Device a service is, by its Service Reference Variant: those that mapping rows are for.

What is asked for may narrow them further, which the transform finds out: a gas tariff is for no ESME.
"""


def service_of(posted: Posted, policy: DccPolicy) -> Service:
    """The web service that an HTTP request is for; raises :class:`Denied` for what HTTP refuses."""
    service = _SERVICES.get(posted.path)
    if service is None:
        raise Denied(404, f"there is no service at {posted.path[:80]!r}")
    if posted.method != "POST":
        raise Denied(405, f"{posted.method[:20]!r} at a service that takes POST")
    if posted.content_type.partition(";")[0].strip().lower() != "application/xml":
        raise Denied(415, f"content type {posted.content_type[:60]!r}, not application/xml")
    if len(posted.body) > policy.max_body:
        raise Denied(413, f"{len(posted.body)} bytes, over the limit of {policy.max_body}")
    return service


def claim_of(body: bytes, certificate_for: CertificateFor, policy: DccPolicy) -> Claim:
    """The signature of a document, with what it is over; raises :class:`Denied`."""
    try:
        return read(body, certificate_for)
    except DoorstepError as error:
        raise Denied(policy.status_bad_request, str(error)) from None


def authenticate(
    verified: Verified, policy: DccPolicy, now: Instant, check: xml.Check = xml.no_check
) -> Request:
    """The request in a document that its originator signed and ``check`` passes; raises :class:`Denied`.

    The certificate must be a User's XML-signing certificate and name the originator of the RequestID:
    a good signature of somebody else is no signature.
    """
    try:
        facts = describe(verified.certificate, "the signer's certificate")
        check(verified.root)
        request = parse_request(verified.root)
    except DoorstepError as error:
        raise Denied(policy.status_bad_request, str(error)) from None
    originator = request.request_id.originator
    if facts.eui != originator:
        raise Denied(policy.status_bad_request, f"signed by {facts.eui}, sent as {originator}")
    if facts.code != XML_USER or not facts.signs:
        raise Denied(policy.status_bad_request, "the certificate is not one for signing a User's XML")
    if policy.enforce_dates and not facts.valid_at(now):
        raise Denied(policy.status_bad_request, "the signer's certificate is outside its dates")
    return request


def authorise(request: Request, service: Service, inventory: Registry, dcc: Eui) -> Wanted:
    """The request with its rows, once every check has passed; raises :class:`Refusal`.

    ``dcc`` is the DCC's own identifier, which requests that need no Device have for their target.
    """
    name = request.request_id
    wanted = Wanted(
        request,
        catalogue.variant(request.service_reference_variant),
        command_variant(request.command_variant),
        service,
        inventory.users.get(name.originator),
        inventory.devices.get(name.target),
        name.target == dcc,
    )
    for check in CHECKS:
        check(wanted)
    return wanted


def _user_is_known(wanted: Wanted) -> None:
    if wanted.user is None:
        raise Refusal(codes.E1, f"{wanted.request.request_id.originator} is no User of the DCC")


def _user_is_active(wanted: Wanted) -> None:
    if wanted.user is not None and wanted.user.suspended:
        raise Refusal(codes.E3, f"{wanted.user.eui} is suspended")


def _role_is_eligible(wanted: Wanted) -> None:
    """A row without roles is one whose roles no source gives: anyone may ask for it (policy)."""
    eligible = wanted.row.roles
    held = wanted.user.roles if wanted.user else frozenset()
    if eligible and not eligible & held:
        names = " ".join(sorted(role.name for role in held)) or "none"
        raise Refusal(codes.E2, f"roles held: {names}; {wanted.row.srv} is for others")


def _variant_is_legal(wanted: Wanted) -> None:
    """Local Delivery is what is missing, not the variant wrong, where the same input may go over the WAN."""
    row, variant = wanted.row, wanted.variant
    if variant.number in row.command_variants:
        return
    legal = [command_variant(number) for number in row.command_variants]
    if variant.local_copy and any(other.wan and other.input is variant.input for other in legal):
        raise Refusal(codes.E17, f"{row.srv} is not available for Local Delivery")
    numbers = " ".join(str(number) for number in row.command_variants)
    raise Refusal(codes.E12, f"{row.srv} takes Command Variants {numbers}, not {variant.number}")


def _variant_fits_the_body(wanted: Wanted) -> None:
    signed = wanted.request.gbcs_payload is not None
    if signed is not (wanted.variant.input is Input.SIGNED_PRE_COMMAND):
        raise Refusal(codes.E12, f"Command Variant {wanted.variant.number} and this body do not go together")


def _service_is_right(wanted: Wanted) -> None:
    if wanted.variant.service is not wanted.service:
        raise Refusal(codes.E13, f"Command Variant {wanted.variant.number} belongs at another service")


def _target_is_known(wanted: Wanted) -> None:
    if wanted.device is None and not (wanted.row.non_device and wanted.to_dcc):
        raise Refusal(codes.E19, f"{wanted.request.request_id.target} is not in the inventory")


def _service_fits_the_device(wanted: Wanted) -> None:
    """A service of which no source says what kind of Device it is for is for any (policy)."""
    device, srv = wanted.device, wanted.row.srv
    kinds = DEVICE_TYPES.get(srv, frozenset())
    if device is not None and kinds and device.device_type not in kinds:
        names = " ".join(sorted(kind.value for kind in kinds))
        raise Refusal(codes.E11, f"{srv} is for {names}, and {device.eui} is a {device.device_type.value}")


def _role_is_authorised(wanted: Wanted) -> None:
    if wanted.device is not None and not wanted.row.non_device:
        check_authorised(wanted, wanted.device)


def check_authorised(wanted: Wanted, device: Device) -> None:
    """Raise :class:`Refusal` unless the User's roles are for that Device.

    The roles of a registration are for its fuel, and for the Devices that it is about. Roles without one,
    and a Device of which nobody is said to be registered for it, are free (policy).
    """
    user = wanted.user
    assert user is not None, "that the User is known is checked first"
    held = wanted.row.roles & user.roles or user.roles
    fitting = held - _OTHER_FUEL.get(device.device_type, frozenset())
    if not fitting:
        raise Refusal(codes.E4, f"{user.eui} has no role for the fuel of a {device.device_type.value}")
    if device.parties and user.eui not in device.parties and fitting <= _REGISTERED:
        raise Refusal(codes.E4, f"{user.eui} is not registered for {device.eui}")


def check_schedulable(wanted: Wanted, row: ServiceRequestVariant, device: Device) -> None:
    """Raise :class:`Refusal` unless the User may ask that Device for a service, as it would each time."""
    read = structs.replace(wanted, row=row, variant=command_variant(1), device=device, to_dcc=False)
    for check in (
        _role_is_eligible,
        _service_fits_the_device,
        _role_is_authorised,
        _device_is_commissioned,
        _device_can_be_reached,
    ):
        check(read)


def _device_is_commissioned(wanted: Wanted) -> None:
    """What may be asked of a Device that is not in use yet; Local Delivery to it has a code of its own."""
    device, row = wanted.device, wanted.row
    if device is None or row.non_device or device.commissioned:
        return
    if device.status in _BEFORE_COMMISSIONING and row.srv in _FOR_COMMISSIONING:
        return
    code = codes.E17 if wanted.variant.local_copy and not wanted.variant.wan else codes.E5
    raise Refusal(code, f"{device.eui} is {device.status.value}")


def _device_can_be_reached(wanted: Wanted) -> None:
    if wanted.variant.wan and wanted.device is not None and wanted.device.hub is None:
        raise Refusal(codes.E20, f"no hub is known through which {wanted.device.eui} is reached")


def _date_fits_the_variant(wanted: Wanted) -> None:
    """A date for later goes with Command Variants 1, 4 and 5 only, and with a service that may wait."""
    if wanted.request.execution_date_time is None:
        return
    if wanted.variant.number not in _DATED or wanted.row.future_dated is FutureDated.NO:
        name = f"Command Variant {wanted.variant.number} of {wanted.row.srv}"
        raise Refusal(codes.E12, f"{name} is for now, not for later")


CHECKS: Final[tuple[Callable[[Wanted], None], ...]] = (
    _user_is_known,
    _user_is_active,
    _role_is_eligible,
    _variant_is_legal,
    _variant_fits_the_body,
    _service_is_right,
    _date_fits_the_variant,
    _target_is_known,
    _service_fits_the_device,
    _role_is_authorised,
    _device_is_commissioned,
    _device_can_be_reached,
)
"""The checks between a signed request and its service, in the order in which they are made (policy)."""
