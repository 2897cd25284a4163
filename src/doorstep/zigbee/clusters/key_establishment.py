"""Key Establishment 0x0800: how two Devices come to a link key that only they hold.

Certificates are exchanged, then ephemeral keys, then proofs that both have made the same key. The
commands are the same in both directions. Here is their form alone; the calculation behind it (CBKE,
over the binary curves K163 and K283) is not.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final

from doorstep.eui import Eui
from doorstep.zigbee.clusters.cluster import Attribute, Cluster, Command
from doorstep.zigbee.fields import U8, Bitmap16, Enum8, Rest
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import ENUM16, NOT_ZCL, BigEndian, Identifier, Octets

__all__ = [
    "KEY_ESTABLISHMENT",
    "Suite",
    "CERTIFICATE_SIZES",
    "PUBLIC_KEY_SIZES",
    "TerminateStatus",
    "InitiateKeyEstablishment",
    "EphemeralData",
    "ConfirmKey",
    "TerminateKeyEstablishment",
    "Certificate",
]


class Suite(enum.IntEnum):
    """The cryptographic suites, by curve. GB Devices use the second."""

    K163 = 1
    K283 = 2


CERTIFICATE_SIZES: Final = {Suite.K163: 48, Suite.K283: 74}
"""Octets of a certificate, by suite."""
PUBLIC_KEY_SIZES: Final = {Suite.K163: 22, Suite.K283: 37}
"""Octets of a compressed public key, by suite."""


class TerminateStatus(enum.IntEnum):
    """Why a key establishment ends without a key."""

    UNKNOWN_ISSUER = 1
    BAD_KEY_CONFIRM = 2
    BAD_MESSAGE = 3
    NO_RESOURCES = 4
    UNSUPPORTED_SUITE = 5
    INVALID_CERTIFICATE = 6


class InitiateKeyEstablishment(Command, frozen=True):
    """The sender's certificate, and how many seconds it needs for its two calculations."""

    suite: Bitmap16
    ephemeral_data_time: U8
    confirm_key_time: U8
    certificate: Rest


class EphemeralData(Command, frozen=True):
    """The sender's ephemeral public key, compressed."""

    public_key: Rest


class ConfirmKey(Command, frozen=True):
    """The proof that the sender has made the key."""

    smac: Annotated[bytes, Octets(NOT_ZCL, "SMAC", 16)]


class TerminateKeyEstablishment(Command, frozen=True):
    """The end, with the seconds to wait before another attempt."""

    status: Enum8
    wait_time: U8
    suite: Bitmap16


class Certificate(Layout, frozen=True):
    """A certificate of suite 2. Unlike all else in ZigBee it is most significant octet first.

    Valid from counts seconds since 1970, the duration seconds from then (all ones: for ever).
    """

    type: U8
    serial_number: Annotated[bytes, Octets(NOT_ZCL, "serial number", 8)]
    curve: U8
    hash: U8
    issuer: Annotated[bytes, Octets(NOT_ZCL, "issuer", 8)]
    valid_from: Annotated[int, BigEndian(NOT_ZCL, "time", 5)]
    valid_duration: Annotated[int, BigEndian(NOT_ZCL, "duration", 4)]
    subject: Annotated[Eui, Identifier(NOT_ZCL, "EUI-64", 8, reverse=False)]
    key_usage: U8
    public_key: Annotated[bytes, Octets(NOT_ZCL, "public key reconstruction data", 37)]


_COMMANDS: Final[dict[int, type[Command]]] = {
    0x00: InitiateKeyEstablishment,
    0x01: EphemeralData,
    0x02: ConfirmKey,
    0x03: TerminateKeyEstablishment,
}

_ATTRIBUTES: Final = (Attribute(0x0000, "KeyEstablishmentSuite", ENUM16),)

KEY_ESTABLISHMENT: Final = Cluster(
    0x0800,
    "Key Establishment",
    to_server=_COMMANDS,
    to_client=_COMMANDS,
    attributes=_ATTRIBUTES,
    client_attributes=_ATTRIBUTES,
)
