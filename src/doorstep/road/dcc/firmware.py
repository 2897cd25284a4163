"""Firmware images that Users have asked the DCC to distribute, and which Devices are still without theirs."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, structs

from doorstep.duis.request_id import RequestId
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.asn1.devices import PpmidFirmwareAlert
from doorstep.gbcs.payloads.asn1.names import FirmwareActivationCode
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.machine import Alarms, Memory

__all__ = ["RECEIVED", "Distribution", "Distributions", "activation_of"]

RECEIVED: Final = 0x8F72
"""The alert code by which a meter says that it has an image and has verified it."""


class Distribution(Struct, frozen=True):
    """One image: which request asked, what version it is, and the Devices that have not said it came.

    ``image`` is the SHA-256 hash of the image as it came. ``due`` is when it is given up.
    """

    request: RequestId
    version: str
    image: bytes
    waiting: tuple[Eui, ...]
    due: Instant


class Distributions:
    """Every distribution that is not over, and when the next one is given up."""

    def __init__(self, most: int, memory: Memory) -> None:
        self._most = most
        self._distributions: Book[Distribution] = Book("firmware:", Distribution, memory)
        self._alarms: Alarms[str] = Alarms()
        self._of: dict[Eui, str] = {}
        for name, distribution in self._distributions.items():
            self._set(name, distribution)

    @property
    def full(self) -> bool:
        """Whether as many are under way as may be."""
        return len(self._distributions) >= self._most

    def busy(self, device: Eui) -> bool:
        """Whether a Device is still waiting for another image."""
        return device in self._of

    def asked_by(self, device: Eui) -> Eui | None:
        """The User who asked for the image that a Device is waiting for."""
        found = self._distributions.find(self._of[device]) if device in self._of else None
        return found.request.originator if found is not None else None

    def put(self, distribution: Distribution) -> Entries:
        """Begin one: none of its Devices is in another."""
        name = str(distribution.request)
        self._set(name, distribution)
        return self._distributions.write(name, distribution)

    def arrived(self, device: Eui) -> Entries:
        """A Device has its image; the distribution is over with the last of them."""
        name = self._of.pop(device, None)
        found = self._distributions.find(name) if name is not None else None
        if name is None or found is None:
            return {}
        left = tuple(one for one in found.waiting if one != device)
        if left:
            return self._distributions.write(name, structs.replace(found, waiting=left))
        return self._over(name)

    def deadline(self) -> Instant | None:
        """When the next one is given up."""
        return self._alarms.earliest()

    def given_up(self, now: Instant) -> list[tuple[Distribution, Entries]]:
        """Those whose time is over, each with what to remember once its User is alerted."""
        over = []
        for name in self._alarms.due(now):
            found = self._distributions.find(name)
            assert found is not None, "an alarm is cleared with its distribution"
            over.append((found, self._over(name)))
        return over

    def _set(self, name: str, distribution: Distribution) -> None:
        self._alarms.set(name, distribution.due)
        self._of |= dict.fromkeys(distribution.waiting, name)

    def _over(self, name: str) -> Entries:
        found = self._distributions.find(name)
        for device in found.waiting if found is not None else ():
            self._of.pop(device, None)
        self._alarms.clear(name)
        return self._distributions.strike(name)


def activation_of(alert: Message) -> tuple[str, bool] | None:
    """What a PPMID says of new firmware (CS09): its version, and whether it runs; None for other Alerts."""
    payload = alert.payload
    if not isinstance(payload, Asn1Payload) or not isinstance(payload.value, PpmidFirmwareAlert):
        return None
    said = payload.value
    done = said.activate_image_response_code == FirmwareActivationCode.SUCCESS
    return said.firmware_version.hex().upper(), done
