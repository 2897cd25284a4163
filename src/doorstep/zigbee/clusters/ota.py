"""OTA Upgrade 0x0019: firmware images, fetched block by block by the Device that needs them."""

from __future__ import annotations

from typing import Annotated, Final

from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.fields import U8, U16, U32, Bitmap8, Enum8, EuiField, SizedOctets, Utc, When, bit, equals
from doorstep.zigbee.zcl import Status

__all__ = [
    "OTA_UPGRADE",
    "WAIT_FOR_COMMAND",
    "ImageNotify",
    "QueryNextImageRequest",
    "QueryNextImageResponse",
    "ImageBlockRequest",
    "ImageBlockResponse",
    "UpgradeEndRequest",
    "UpgradeEndResponse",
]

WAIT_FOR_COMMAND: Final = 0xFFFF_FFFF
"""The upgrade time of an image that is not to be used until it is told to (in GB, by CS06)."""

_SUCCESS: Final = When("status", equals(Status.SUCCESS))
_WAIT: Final = When("status", equals(Status.WAIT_FOR_DATA))


class ImageNotify(Command, frozen=True):
    """There may be a new image. The payload type says how much is told of it: 3 for everything."""

    payload_type: Enum8
    query_jitter: U8
    manufacturer: Annotated[U16 | None, When("payload_type", equals(1, 2, 3))] = None
    image_type: Annotated[U16 | None, When("payload_type", equals(2, 3))] = None
    file_version: Annotated[U32 | None, When("payload_type", equals(3))] = None


class QueryNextImageRequest(Command, frozen=True):
    """Ask for a newer image than the one that runs."""

    field_control: Bitmap8
    manufacturer: U16
    image_type: U16
    file_version: U32
    hardware_version: Annotated[U16 | None, When("field_control", bit(0))] = None


class QueryNextImageResponse(Command, frozen=True):
    """The image to fetch, or why there is none."""

    status: Enum8
    manufacturer: Annotated[U16 | None, _SUCCESS] = None
    image_type: Annotated[U16 | None, _SUCCESS] = None
    file_version: Annotated[U32 | None, _SUCCESS] = None
    image_size: Annotated[U32 | None, _SUCCESS] = None


class ImageBlockRequest(Command, frozen=True):
    """Ask for octets of an image from an offset on."""

    field_control: Bitmap8
    manufacturer: U16
    image_type: U16
    file_version: U32
    file_offset: U32
    maximum_data_size: U8
    requester: Annotated[EuiField | None, When("field_control", bit(0))] = None
    minimum_block_period: Annotated[U16 | None, When("field_control", bit(1))] = None


class ImageBlockResponse(Command, frozen=True):
    """Octets of an image; or, with WAIT_FOR_DATA, when to ask again."""

    status: Enum8
    manufacturer: Annotated[U16 | None, _SUCCESS] = None
    image_type: Annotated[U16 | None, _SUCCESS] = None
    file_version: Annotated[U32 | None, _SUCCESS] = None
    file_offset: Annotated[U32 | None, _SUCCESS] = None
    data: Annotated[SizedOctets | None, _SUCCESS] = None
    current_time: Annotated[Utc | None, _WAIT] = None
    request_time: Annotated[Utc | None, _WAIT] = None


class UpgradeEndRequest(Command, frozen=True):
    """An image has been fetched whole, or given up."""

    status: Enum8
    manufacturer: U16
    image_type: U16
    file_version: U32


class UpgradeEndResponse(Command, frozen=True):
    """When to use the image that has been fetched."""

    manufacturer: U16
    image_type: U16
    file_version: U32
    current_time: Utc
    upgrade_time: Utc = WAIT_FOR_COMMAND


OTA_UPGRADE: Final = Cluster(
    0x0019,
    "OTA Upgrade",
    to_server={
        0x01: QueryNextImageRequest,
        0x03: ImageBlockRequest,
        0x06: UpgradeEndRequest,
    },
    to_client={
        0x00: ImageNotify,
        0x02: QueryNextImageResponse,
        0x05: ImageBlockResponse,
        0x07: UpgradeEndResponse,
    },
)
