"""The services by which a User has the DCC distribute firmware: SRVs 11.1 (meters) and 11.4 (PPMIDs).

What is done here is the DCC's part: it holds the list of Devices against the inventory, begins, says whom
it leaves out and why, and reports in the end who never said that the image came. The image itself goes
nowhere, as the emulated WAN carries messages only: its size and hash are noted.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from doorstep.duis import codes
from doorstep.duis.element import element
from doorstep.errors import XmlError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.access import Denied, Refusal, Wanted, check_authorised
from doorstep.road.dcc.firmware import Distribution, Distributions
from doorstep.road.dcc.inventory import Device, Registry
from doorstep.road.dcc.outcome import Outcome
from doorstep.road.dcc.policy import DccPolicy

__all__ = ["FirmwareServices"]

_INVALID: Final = "InvalidDeviceIDList"
_NOT_COMMISSIONED: Final = "NotCommissionedDeviceIDList"
_BUSY: Final = "OtherRequestInProgressList"
_LISTS: Final = (_INVALID, _NOT_COMMISSIONED, _BUSY)
"""Why a Device is left out, in the schema's order. Two more reasons need the list of certified products."""

_WARNINGS: Final = {"11.1": "DSPUpdateFirmwareWarning", "11.4": "DSPUpdatePPMIDFirmwareWarning"}
_KINDS: Final = {"11.1": (DeviceType.ESME, DeviceType.GSME), "11.4": (DeviceType.PPMID,)}


class FirmwareServices:
    """The two services, by Service Reference Variant in ``rows``."""

    def __init__(self, distributions: Distributions, registry: Registry, policy: DccPolicy) -> None:
        self._distributions = distributions
        self._registry = registry
        self._policy = policy
        self._warnings = {"11.1": policy.firmware_warning, "11.4": policy.ppmid_firmware_warning}
        self.rows: dict[str, Callable[[Wanted, Instant], Outcome]] = dict.fromkeys(_KINDS, self._update)

    def _update(self, wanted: Wanted, now: Instant) -> Outcome:
        """Begin to distribute an image to those Devices that may have it."""
        body, policy = wanted.request.body, self._policy
        image, version = body.bytes_of("FirmwareImage"), body.text_of("FirmwareVersion")
        if not image:
            raise XmlError("FirmwareImage has no bytes")
        if self._distributions.full:
            raise Denied(policy.status_overloaded, "too many images are being distributed")
        names = dict.fromkeys(Eui.parse(name.strip()) for name in body.text_of("DeviceIDList").split(","))
        reasons = {name: self._left_out(wanted, name) for name in names}
        fit = tuple(name for name, reason in reasons.items() if reason is None)
        digest = sha256(image).digest()
        distribution = Distribution(
            wanted.request.request_id, version, digest, fit, now + policy.firmware_lifetime
        )
        lists = (
            element(which, ",".join(str(name) for name, reason in reasons.items() if reason == which))
            for which in _LISTS
            if which in reasons.values()
        )
        some_left_out = len(fit) < len(names)
        return Outcome(
            self._warnings[wanted.row.srv] if some_left_out else codes.I99,
            element(_WARNINGS[wanted.row.srv], *lists) if some_left_out else None,
            change=lambda: self._distributions.put(distribution) if fit else {},
            note=f"{len(image)} bytes of firmware {version} (SHA-256 {digest.hex()}) for {len(fit)} Devices, "
            f"{len(names) - len(fit)} left out; this WAN carries no image",
        )

    def _left_out(self, wanted: Wanted, name: Eui) -> str | None:
        """Why a Device gets no image, None where it does."""
        device = self._registry.devices.get(name)
        if device is None or not self._is_theirs(wanted, device):
            return _INVALID
        if not device.commissioned:
            return _NOT_COMMISSIONED
        return _BUSY if self._distributions.busy(name) else None

    def _is_theirs(self, wanted: Wanted, device: Device) -> bool:
        """Whether it is a Device of the service's kind that the User may ask this for."""
        if device.device_type not in _KINDS[wanted.row.srv]:
            return False
        try:
            check_authorised(wanted, device)
        except Refusal:
            return False
        return True
