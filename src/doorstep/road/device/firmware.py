"""Firmware of a Device: the image that it holds is activated by CS06, if the hash is that of the image."""

from __future__ import annotations

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.gbcs.payloads.asn1.devices import FirmwareOutcome
from doorstep.gbcs.payloads.asn1.names import ActivateImageResponseCode

__all__ = ["Firmware"]

_VERSION_SIZE = 4
_HASH_SIZE = 32


class Firmware(Struct, frozen=True):
    """The version that runs (4 bytes), and the image that waits: its SHA-256 and its version, or nothing.

    An image comes to the Device by ZigBee OTA, which is not modelled: it is there from the start. Raises
    :class:`UsageError` for a version or hash of another size.
    """

    version: bytes = bytes(_VERSION_SIZE)
    image_hash: bytes = b""
    image_version: bytes = b""

    def __post_init__(self) -> None:
        sizes = {len(self.version), len(self.image_version) or _VERSION_SIZE}
        if sizes != {_VERSION_SIZE} or len(self.image_hash) not in (0, _HASH_SIZE):
            raise UsageError("a firmware version has 4 bytes, and the hash of an image 32")

    def activated(self, image_hash: bytes) -> tuple[Firmware, FirmwareOutcome]:
        """The firmware after the image with this hash was to be activated, and what became of that."""
        if not self.image_hash:
            code = ActivateImageResponseCode.NO_IMAGE_HELD
        elif image_hash != self.image_hash:
            code = ActivateImageResponseCode.HASH_MISMATCH
        else:
            after = Firmware(self.image_version or self.version)
            return after, FirmwareOutcome(ActivateImageResponseCode.SUCCESS, after.version)
        return self, FirmwareOutcome(code, self.version)
