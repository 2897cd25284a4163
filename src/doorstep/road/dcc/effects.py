"""What a Command changes in the inventory once its Device says that it succeeded: one row a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import structs

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import SimpleType
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.asn1.credentials import CredentialsUpdate, TrustAnchorCellIdentifier
from doorstep.gbcs.payloads.asn1.names import CellUsage, KeyUsageBits, RemotePartyRole
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.backups import listed_by, replaced
from doorstep.road.dcc.inventory import Device, DeviceStatus
from doorstep.road.dcc.records import Effect

__all__ = ["RESTORES", "changed", "effect_of"]

RESTORES: Final = ("8.12.1", "8.12.2")
"""The services by which a Device Log is restored."""

_ADD: Final = "Add"
_MOST_CERTIFICATES: Final = 3
_ROLES: Final[dict[int, str]] = {
    RemotePartyRole.ROOT: "Root",
    RemotePartyRole.RECOVERY: "Recovery",
    RemotePartyRole.SUPPLIER: "Supplier",
    RemotePartyRole.NETWORK_OPERATOR: "NetworkOperator",
    RemotePartyRole.ACCESS_CONTROL_BROKER: "ACB",
    RemotePartyRole.TRANSITIONAL_COS: "TransCoS",
    RemotePartyRole.LOAD_CONTROLLER: "LoadController",
}
"""The schema's words for the parties whose credentials a Device holds."""
_EUI: Final = SimpleType(Eui.parse, str)


def effect_of(request: Request, command: Message) -> Effect | None:
    """What a request and its Command change, should that succeed; None where nothing known is changed."""
    payload = command.payload
    if isinstance(payload, Asn1Payload) and isinstance(payload.value, CredentialsUpdate):
        return _credentials(request, payload.value)
    if request.service_reference_variant in RESTORES:
        return _restored_log(request, payload)
    rule = _OF_REQUESTS.get(request.service_reference_variant)
    return rule(request.body, request.request_id.target) if rule is not None else None


def _credentials(request: Request, update: CredentialsUpdate) -> Effect | None:
    """The certificates that a Device takes at once; one for later has an Alert of its own."""
    cells = [replacement.target_trust_anchor_cell for replacement in update.replacements]
    role = _ROLES.get(cells[0].remote_party_role) if cells else None
    if update.execution_date_time is not None or role is None:
        return None
    certificates = tuple(
        (_certificate_type(cell), bytes(replacement.replacement_certificate))
        for cell, replacement in zip(cells, update.replacements, strict=True)
    )
    srv = request.service_reference_variant
    return Effect(srv, request.request_id.target, role, certificates[:_MOST_CERTIFICATES])


def _certificate_type(cell: TrustAnchorCellIdentifier) -> str:
    if KeyUsageBits.KEY_AGREEMENT not in cell.key_usage:
        return "DigitalSigning"
    top_up = cell.cell_usage == CellUsage.PRE_PAYMENT_TOP_UP
    return "KeyAgreementTopUp" if top_up else "KeyAgreement"


def _restored_log(request: Request, payload: object) -> Effect:
    """The Devices that a hub is to list; what a gas proxy lists changes nothing in the inventory."""
    old = replaced(request)
    devices: tuple[Eui, ...] = ()
    if isinstance(payload, AccessRequest):
        devices = listed_by(payload.components[0].data)
    return Effect(request.service_reference_variant, request.request_id.target, str(old), devices=devices)


def changed(effect: Effect, device: Device | None, hub: Eui | None, now: Instant) -> Device | None:
    """The Device as it has become; None where nothing of it changes or it is not known.

    ``hub`` is that of the Device which carried the Command out.
    """
    rule = _OF_DEVICES.get(effect.srv)
    return rule(effect, device, hub, now) if rule is not None and device is not None else None


def _commissioned(effect: Effect, device: Device, hub: Eui | None, now: Instant) -> Device:
    details = structs.replace(device.details, date_commissioned=now)
    return structs.replace(device, status=DeviceStatus.COMMISSIONED, details=details)


def _logged(effect: Effect, device: Device, hub: Eui | None, now: Instant) -> Device | None:
    """One that a hub lists is reached through it; a Device in use stays so, as its log is being restored."""
    if effect.value == _ADD:
        status = device.status if device.commissioned else DeviceStatus.WHITELISTED
        return structs.replace(device, hub=hub, status=status)
    return structs.replace(device, hub=None, status=DeviceStatus.PENDING)


def _restored(effect: Effect, device: Device, hub: Eui | None, now: Instant) -> Device | None:
    """A Device of the hub that was replaced is reached through the new one; one that is elsewhere stays."""
    theirs = str(device.hub) == effect.value and device.device_type not in (DeviceType.CHF, DeviceType.GPF)
    return structs.replace(device, hub=hub) if theirs else None


def _import_number(effect: Effect, device: Device, hub: Eui | None, now: Instant) -> Device:
    return structs.replace(device, details=structs.replace(device.details, import_mpxn=effect.value))


def _export_number(effect: Effect, device: Device, hub: Eui | None, now: Instant) -> Device:
    return structs.replace(device, details=structs.replace(device.details, export_mpan=effect.value))


_OF_DEVICES: Final[dict[str, Callable[[Effect, Device, Eui | None, Instant], Device | None]]] = {
    "6.20.1": _import_number,
    "6.20.2": _export_number,
    "8.1.1": _commissioned,
    "8.11": _logged,
    "8.12.1": _restored,
}


def _text_at(srv: str, *paths: str) -> Callable[[Element, Eui], Effect | None]:
    """The value of a body, at the first of some paths that it has."""

    def rule(body: Element, target: Eui) -> Effect | None:
        found = [body.text_of(path).strip() for path in paths if body.has(path)]
        return Effect(srv, target, found[0]) if found else None

    return rule


def _device_log(body: Element, target: Eui) -> Effect:
    return Effect("8.11", body.value_of("DeviceID", _EUI), body.text_of("RequestType").strip())


_OF_REQUESTS: Final[dict[str, Callable[[Element, Eui], Effect | None]]] = {
    "6.20.1": _text_at("6.20.1", "ImportMPANs/ImportMPAN", "ImportMPRN"),
    "6.20.2": _text_at("6.20.2", "ExportMPAN"),
    "8.1.1": lambda body, target: Effect("8.1.1", target),
    "8.11": _device_log,
}
