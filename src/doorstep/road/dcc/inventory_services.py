"""The services of the DCC that read and change its inventory: no Device hears of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from msgspec import structs

from doorstep.duis import codes
from doorstep.duis.element import Element, element
from doorstep.duis.simple_type import BASE64, SimpleType, one_of
from doorstep.errors import XmlError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant, iso
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc import alerts
from doorstep.road.dcc.access import Refusal, Wanted, check_authorised
from doorstep.road.dcc.book import Entries
from doorstep.road.dcc.inventory import Details, Device, DeviceStatus, Registry
from doorstep.road.dcc.outcome import Notice, Outcome
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.schedules import Schedules

__all__ = ["InventoryServices"]

_STATUS_OF_HUB: Final = {
    "8.14.1": DeviceStatus.COMMISSIONED,
    "8.14.2": DeviceStatus.INSTALLED_NOT_COMMISSIONED,
    "8.14.3": DeviceStatus.WITHDRAWN,
    "8.14.4": DeviceStatus.WITHDRAWN,
}
"""What a hub becomes by each word about it: installed with WAN, without, returned faulty, or not (policy)."""

_OVER: Final = (DeviceStatus.DECOMMISSIONED, DeviceStatus.WITHDRAWN)

_SCHEMA_TYPES: Final = {DeviceType.TYPE2: "IHD", DeviceType.SAPC: "ESME"}
"""Kinds of Device that DUIS calls otherwise: an IHD is a Type 2 Device; a SAPC stands as ESME (policy)."""
_TYPES: Final = {
    "ESME": DeviceType.ESME,
    "GSME": DeviceType.GSME,
    "GPF": DeviceType.GPF,
    "CHF": DeviceType.CHF,
    "HCALCS": DeviceType.HCALCS,
    "PPMID": DeviceType.PPMID,
    "IHD": DeviceType.TYPE2,
    "CAD": DeviceType.TYPE2,
}

# The fields of Details that an UpdateDeviceDetails, a DevicePrenotification or an UpdateMPxN may set.
_SETTABLE: Final = {
    "DeviceManufacturer": "manufacturer",
    "DeviceModel": "model",
    "SMETSCHTSVersion": "smetschts_version",
    "FirmwareVersion": "firmware_version",
    "ESMEVariant": "esme_variant",
    "ImportMPxN": "import_mpxn",
    "SecondaryImportMPAN": "secondary_import_mpan",
    "ExportMPAN": "export_mpan",
}


class InventoryServices:
    """SRVs 8.2 to 8.4, 8.6, 8.14, 12.1 and 12.2, by Service Reference Variant in ``rows``.

    ``certificate`` gives the broker's Key Agreement certificate (DER).
    """

    def __init__(
        self,
        registry: Registry,
        schedules: Schedules,
        policy: DccPolicy,
        certificate: Callable[[], bytes],
    ) -> None:
        self._registry = registry
        self._schedules = schedules
        self._policy = policy
        self._certificate = certificate
        self.rows: dict[str, Callable[[Wanted, Instant], Outcome]] = {
            "8.2": self._read,
            "8.3": self._decommission,
            "8.4": self._update,
            "8.6": self._opt_in,
            **dict.fromkeys(_STATUS_OF_HUB, self._hub_status),
            "12.1": self._wan_matrix,
            "12.2": self._pre_notify,
        }

    def _read(self, wanted: Wanted, now: Instant) -> Outcome:
        """8.2: the Device asked for, by whatever names it, and those of the same home."""
        device = self._first(wanted.request.body)
        if device is None:
            raise Refusal(codes.E19, "the inventory has no such Device")
        home = self._registry.home(device)
        return Outcome(codes.I0, element("DSPInventory", *map(_described, home)), note="inventory read")

    def _first(self, asked: Element) -> Device | None:
        (which,) = asked.children or (None,)
        if which is None:
            raise XmlError("ReadInventory says nothing of the Device")
        if which.name == "DeviceID":
            return self._registry.devices.get(_eui(asked, "DeviceID"))
        texts = (which.text.strip(), *(child.text.strip() for child in which.children))
        fields = _SEARCHED.get(which.name)
        if fields is None:
            raise XmlError(f"{which.name} names no Device")
        return next((one for one in self._registry.devices.values() if fields(one.details, texts)), None)

    def _decommission(self, wanted: Wanted, now: Instant) -> Outcome:
        """8.3: a Device is in use no longer, and nothing is read from it any more."""
        device = self._device(wanted)
        if device.status in _OVER:
            raise Refusal(codes.E5, f"{device.eui} is {device.status.value} already")
        return self._become(wanted, structs.replace(device, status=DeviceStatus.DECOMMISSIONED))

    def _update(self, wanted: Wanted, now: Instant) -> Outcome:
        """8.4: a status, details or a supply point number are set, or the Device is deleted."""
        device, body = self._device(wanted), wanted.request.body
        if len(body.children) != 2:
            raise XmlError("UpdateInventory has a DeviceID and one change")
        change = body.children[1]
        if change.name == "DeleteDevice":
            return self._delete(wanted, device)
        if change.name in ("UpdateDeviceDetails", "UpdateMPxN"):
            return self._become(
                wanted, structs.replace(device, details=_set(device.details, change.children))
            )
        settable = _SETTABLE_STATUS.get(change.name)
        if settable is None:
            raise XmlError(f"{change.name} is no change to the inventory")
        if (change.name == "UpdateDeviceStatusCH") is not (device.device_type is DeviceType.CHF):
            raise Refusal(codes.E11, f"{change.name} is not for a {device.device_type.value}")
        status = DeviceStatus(body.value_of(change.name, settable))
        return self._become(wanted, structs.replace(device, status=status))

    def _delete(self, wanted: Wanted, device: Device) -> Outcome:
        """A Device that is in use is not deleted."""
        if device.commissioned:
            raise Refusal(codes.E5, f"{device.eui} is commissioned")
        return Outcome(
            codes.I99,
            change=lambda: self._registry.remove(device.eui) | self._drop_schedules(device),
            notices=(*self._removed(wanted, device, deleted=True), *self._schedules_gone(device)),
            note=f"{device.eui} deleted",
        )

    def _opt_in(self, wanted: Wanted, now: Instant) -> Outcome:
        """8.6: a Device that had been taken out of the DCC's service comes back.

        The User gets the broker's certificate, to be put on the Device again. The supply point's numbers are
        those that it names; its status stays, and its OptInDate delays nothing (policies).
        """
        device, body = self._device(wanted), wanted.request.body
        if _TYPES[body.value_of("DeviceType", _DEVICE_TYPE)] is not device.device_type:
            raise Refusal(codes.E11, f"{device.eui} is a {device.device_type.value}")
        if device.status in _OVER:
            raise Refusal(codes.E5, f"{device.eui} is {device.status.value}")
        numbers = structs.replace(device, details=_set(device.details, body.child("MPxNs").children))
        answer = element(
            "DSPOptIn",
            element("DeviceID", str(device.eui)),
            element("DSPBrokerSecurityCredentialsKeyAgreement", BASE64.render(self._certificate())),
        )
        change = partial(self._registry.put, numbers)
        return Outcome(codes.I0, answer, change=change, note=f"{device.eui} opted in")

    def _hub_status(self, wanted: Wanted, now: Instant) -> Outcome:
        """8.14: what became of a Communications Hub at the premises."""
        device = self._device(wanted)
        if device.device_type is not DeviceType.CHF:
            raise Refusal(codes.E11, f"{device.eui} is a {device.device_type.value}, no CHF")
        status = _STATUS_OF_HUB[wanted.row.srv]
        found = wanted.request.body.find("MPxN")
        number = found.text.strip() if found is not None else device.details.import_mpxn
        details = structs.replace(device.details, import_mpxn=number)
        if status is DeviceStatus.COMMISSIONED:
            details = structs.replace(details, date_commissioned=details.date_commissioned or now)
        return self._become(wanted, structs.replace(device, status=status, details=details))

    def _wan_matrix(self, wanted: Wanted, now: Instant) -> Outcome:
        """12.1: which region an address is in; of its coverage nothing is known, and nothing is said."""
        answer = element(
            "DSPWANMatrixResponse",
            element("CSPRegion", self._policy.csp_region),
            element("CSPRegionResponseCode", codes.I0),
        )
        asked = element("Request", *wanted.request.body.children)
        return Outcome(codes.I0, element("DSPWANMatrix", asked, answer), note="WAN matrix read")

    def _pre_notify(self, wanted: Wanted, now: Instant) -> Outcome:
        """12.2: a Device that is to be installed, reached through no hub yet; a CHF is its own."""
        body = wanted.request.body
        eui, kind = _eui(body, "DeviceID"), _TYPES[body.value_of("DeviceType", _DEVICE_TYPE)]
        if eui in self._registry.devices:
            raise Refusal(self._policy.already_known, f"{eui} is in the inventory")
        hub = eui if kind is DeviceType.CHF else None
        new = [Device(eui, kind, hub, status=DeviceStatus.PENDING, details=_set(Details(), body.children))]
        if body.has("AssociatedGPFDeviceID"):
            proxy = _eui(body, "AssociatedGPFDeviceID")
            if proxy in self._registry.devices or proxy == eui:
                raise Refusal(self._policy.already_known, f"{proxy} is in the inventory")
            new.append(structs.replace(new[0], eui=proxy, device_type=DeviceType.GPF))

        def change() -> Entries:
            return {name: data for device in new for name, data in self._registry.put(device).items()}

        return Outcome(codes.I99, change=change, note=f"{eui} pre-notified")

    # -- what they have in common -----------------------------------------------------------------

    def _device(self, wanted: Wanted) -> Device:
        """The Device that a request is about, which is the User's to change."""
        eui = _eui(wanted.request.body, "DeviceID")
        device = self._registry.devices.get(eui)
        if device is None:
            raise Refusal(codes.E19, f"{eui} is not in the inventory")
        check_authorised(wanted, device)
        return device

    def _become(self, wanted: Wanted, device: Device) -> Outcome:
        note = f"{device.eui} is {device.status.value}"
        if device.status not in _OVER:
            return Outcome(codes.I99, change=lambda: self._registry.put(device), note=note)
        return Outcome(
            codes.I99,
            change=lambda: self._registry.put(device) | self._drop_schedules(device),
            notices=(*self._removed(wanted, device, deleted=False), *self._schedules_gone(device)),
            note=note,
        )

    def _removed(self, wanted: Wanted, device: Device, *, deleted: bool) -> Iterable[Notice]:
        """The others who are registered for a Device are told that it is no more."""
        alert = alerts.removed(device, deleted=deleted)
        others = device.parties - {wanted.request.request_id.originator}
        if alert is not None:
            for user in sorted(others & set(self._registry.users)):
                yield Notice(user, self._policy.status_change_alert, alert)

    def _schedules_gone(self, device: Device) -> Iterable[Notice]:
        for number, schedule in self._schedules.of(device.eui):
            alert = alerts.schedule_removal(device.eui, number)
            yield Notice(schedule.user, self._policy.schedule_removal_alert, alert)

    def _drop_schedules(self, device: Device) -> Entries:
        entries: Entries = {}
        for number, _schedule in self._schedules.of(device.eui):
            entries |= self._schedules.remove(number)
        return entries


def _eui(body: Element, name: str) -> Eui:
    return body.value_of(name, _EUI)


def _set(details: Details, children: Iterable[Element]) -> Details:
    fields = {_SETTABLE[child.name]: child.text.strip() for child in children if child.name in _SETTABLE}
    return structs.replace(details, **fields)


def _described(device: Device) -> Element:
    """A Device as ``DSPInventory`` shows it, what is not known left out."""
    details = device.details
    commissioned = details.date_commissioned
    known = (
        ("DeviceID", str(device.eui)),
        ("DeviceType", _SCHEMA_TYPES.get(device.device_type, device.device_type.value)),
        ("DeviceStatus", device.status.value),
        ("DeviceManufacturer", details.manufacturer),
        ("DeviceModel", details.model),
        ("SMETSCHTSVersion", details.smetschts_version),
        ("DeviceFirmwareVersion", details.firmware_version),
        ("DateCommissioned", iso(commissioned)[:10] if commissioned is not None else ""),
        ("ImportMPxN", details.import_mpxn),
        ("SecondaryImportMPAN", details.secondary_import_mpan),
        ("ExportMPAN", details.export_mpan),
        ("ESMEVariant", details.esme_variant),
        ("UPRN", details.uprn),
    )
    place: tuple[Element, ...] = ()
    if details.post_code:
        parts = element("PostCode", details.post_code), element("AddressIdentifier", details.address)
        place = (element("PropertyFilter", *parts),)
    return element("Device", *(element(name, text) for name, text in known if text), *place)


_SEARCHED: Final[dict[str, Callable[[Details, tuple[str, ...]], bool]]] = {
    "UPRN": lambda details, texts: details.uprn == texts[0] != "",
    "MPxN": lambda details, texts: (
        texts[0] != ""
        and texts[0] in (details.import_mpxn, details.secondary_import_mpan, details.export_mpan)
    ),
    "PropertyFilter": lambda details, texts: (
        details.post_code != "" and (details.post_code, details.address) == texts[1:]
    ),
}

_EUI: Final = SimpleType(Eui.parse, str)
_DEVICE_TYPE: Final = one_of(_TYPES, "a DeviceType")
_SETTABLE_STATUS: Final = {
    "UpdateDeviceStatusExceptCH": one_of(("Pending", "InstalledNotCommissioned"), "such a status"),
    "UpdateDeviceStatusCH": one_of(
        ("Commissioned", "Withdrawn", "InstalledNotCommissioned"), "such a status"
    ),
}
