"""An ASN.1 payload as a value, and the table that says which type each message carries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from functools import cache
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.payloads.asn1 import credentials, devices
from doorstep.gbcs.payloads.asn1.schema import kind_of
from doorstep.gbcs.payloads.der import WRITTEN_DEFAULT, Kind, Notes

__all__ = ["CANCEL", "CODES", "Asn1Payload", "Departure", "build", "decode", "plain"]

CANCEL: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The execution date-time that takes back what is pending."""

# The content length of the Grouping Header has two bytes.
MAX_CONTENT: Final = 0xFFFF


class Departure(Struct, frozen=True, gc=False):
    """A place where a payload is written otherwise than DER would, and still means the same.

    ``before_end`` counts the bytes from there to the end of the payload. ``length_octets`` is how many
    octets the length has that stands there, in front of contents that start there; 0 says that a
    DEFAULT that need not be written ends there.
    """

    before_end: int
    length_octets: int

    def __post_init__(self) -> None:
        if self.before_end < 0 or self.length_octets not in (WRITTEN_DEFAULT, 2, 3, 4, 5):
            raise EncodeError("departure", f"{self.length_octets} length octets at {self.before_end}")


class Asn1Payload(Struct, frozen=True, gc=False):
    """The content of a message whose use case speaks ASN.1, made by :func:`decode` or :func:`build`.

    ``type_name`` is as the standard writes it, ``UpdateSecurityCredentials.CommandPayload``. ``value`` is
    an instance of that type's class in :mod:`.credentials` or :mod:`.devices`, or for a type that is no
    SEQUENCE a number, bytes, a tuple, or None for NULL. ``departures`` is empty for what is DER proper.
    """

    type_name: str
    value: Any
    departures: tuple[Departure, ...] = ()

    @property
    def non_minimal(self) -> bool:
        """Whether it is written otherwise than DER would, as some Devices do with lengths."""
        return bool(self.departures)

    def shortest(self) -> Asn1Payload:
        """The same value as DER writes it; not the same bytes, so no signature or MAC survives it."""
        return Asn1Payload(self.type_name, self.value)

    def encode(self) -> bytes:
        """The bytes. Raises :class:`EncodeError` for a value that the type does not have.

        So it does for ``departures`` that do not belong to the value.
        """
        lengths = {departure.before_end: departure.length_octets for departure in self.departures}
        content = _kind(self.type_name).encode(self.value, 0, "payload", lengths)
        if len(content) > MAX_CONTENT:
            raise EncodeError("payload", f"{len(content)} bytes are over the limit of {MAX_CONTENT}")
        if lengths and _read(self.type_name, content).departures != self.departures:
            raise EncodeError("departures", "they do not belong to this value")
        return content


def decode(content: bytes, message_code: int, cra: Cra) -> Asn1Payload:
    """Read the payload of a message, whose type follows from its Message Code and CRA Flag.

    Raises :class:`DecodeError`, offsets counted from ``content``: for bytes that do not fit the type,
    and for a message that has none (see :data:`CODES`).
    """
    name = _NAMES.get((message_code, cra))
    if name is None:
        raise DecodeError("payload", 0, _without_type(message_code, cra))
    return _read(name, content)


def build(message_code: int, cra: Cra, value: Any, departures: tuple[Departure, ...] = ()) -> Asn1Payload:
    """A payload from a value, or from plain data as :func:`plain` makes it.

    Bytes may be hex digits, times ISO 8601, named numbers and bits their names. Raises
    :class:`EncodeError` for what the type of this message cannot hold.
    """
    name = _NAMES.get((message_code, cra))
    if name is None:
        raise EncodeError("payload", _without_type(message_code, cra))
    payload = Asn1Payload(name, _kind(name).take(value, "payload"), departures)
    payload.encode()
    return payload


def plain(value: Any) -> Any:
    """A value as plain data, for JSON and for people: the inverse of what :func:`build` takes."""
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [plain(element) for element in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Eui):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, IntEnum | IntFlag):
        return (value.name or "").lower()
    return value


class _Module(Struct, frozen=True, gc=False):
    """What the Command, the Response and the Alert of some Message Codes are; None where there is none."""

    name: str
    codes: tuple[int, ...]
    command: Any = None
    response: Any = None
    alert: Any = None


# The names before the dot are those of the standard's ASN.1 modules as far as our sources give them.
_MODULES: Final = (
    _Module(  # CS02a, CS02f
        "ProvideSecurityCredentialDetails",
        (0x0008, 0x011B),
        command=credentials.CredentialsRequest,
        response=tuple[credentials.RemotePartyDetails, ...],
    ),
    _Module(  # CS02b, a code for each replacement mode; CS02g
        "UpdateSecurityCredentials",
        (*range(0x0100, 0x010A), 0x0125, 0x0126),
        command=credentials.CredentialsUpdate,
        response=credentials.CredentialsUpdateResponse,
    ),
    _Module(  # What became of a future dated CS02b, CS02g
        "UpdateSecurityCredentials", (0x00CB, 0x0124), alert=credentials.CredentialsUpdateAlert
    ),
    _Module(  # CS02c
        "IssueSecurityCredentials",
        (0x000A,),
        command=credentials.IssueCommand,
        response=credentials.IssueResponse,
    ),
    _Module(  # CS02d
        "UpdateDeviceCertificate",
        (0x000B,),
        command=credentials.CertificateDer,
        response=credentials.UpdateCertificateResponse,
    ),
    _Module(  # CS02e
        "ProvideDeviceCertificate",
        (0x000C,),
        command=credentials.KeyUsageRequest,
        response=credentials.ProvideResponse,
    ),
    _Module(  # CS03A1, CS03B, CS03A2, CS03C
        "JoinDevice",
        (0x000D, 0x000E, 0x00AB, 0x00AF),
        command=devices.Join,
        response=devices.JoinResponse,
    ),
    _Module(  # CS04AC, CS04B
        "UnjoinDevice", (0x000F, 0x0010), command=devices.EntityId, response=devices.UnjoinResponse
    ),
    _Module(  # CS06
        "ActivateFirmware",
        (0x0012,),
        command=devices.FirmwareActivation,
        response=devices.FirmwareActivationResponse,
    ),
    _Module(  # What became of a future dated CS06
        "ActivateFirmware", (0x00CA,), alert=devices.FirmwareActivationAlert
    ),
    _Module(  # CS07
        "ReadDeviceLog", (0x0013,), command=devices.Nothing, response=devices.DeviceLogResponse
    ),
    _Module(  # CS08
        "ReadFirmwareVersion", (0x0129,), command=devices.Nothing, response=devices.FirmwareVersionResponse
    ),
    _Module("PPMIDFirmwareActivation", (0x012B,), alert=devices.PpmidFirmwareAlert),  # CS09
    _Module("FirmwareTransfer", (0x0128,), alert=devices.FirmwareTransferAlert),  # CCS08
    _Module("SetTime", (0x007F,), command=devices.SetTime, response=devices.SetTimeResponse),  # GCS28
    _Module(  # GCS59
        "GPFDeviceLogRestore",
        (0x008C,),
        command=devices.DeviceLogRestore,
        response=devices.DeviceLogRestoreResponse,
    ),
    _Module("GPFDeviceLogBackup", (0x00B2,), alert=devices.DeviceLogBackupAlert),  # GCS62
)


def _by_message() -> Iterator[tuple[tuple[int, Cra], str, Any]]:
    """Message Code and CRA Flag, the type's name, and the type."""
    for module in _MODULES:
        for cra, annotation in zip(Cra, (module.command, module.response, module.alert), strict=True):
            for code in module.codes if annotation is not None else ():
                yield (code, cra), f"{module.name}.{cra.name.capitalize()}Payload", annotation


_NAMES: Final = {message: name for message, name, _annotation in _by_message()}
_TYPES: Final = {name: annotation for _message, name, annotation in _by_message()}

CODES: Final = frozenset(code for code, _cra in _NAMES)
"""The Message Codes whose payloads are ASN.1."""


def _without_type(message_code: int, cra: Cra) -> str:
    return f"Message Code 0x{message_code:04X} has no {cra.name.lower()} in ASN.1"


@cache
def _kind(type_name: str) -> Kind:
    """The type with this name, put together when it is first needed: most runs need few of them."""
    annotation = _TYPES.get(type_name)
    if annotation is None:
        raise EncodeError("type_name", f"{type_name[:60]!r} is no type of the standard")
    return kind_of(annotation)


def _read(type_name: str, content: bytes) -> Asn1Payload:
    kind, size = _kind(type_name), len(content)
    if not content:
        raise Truncated("payload", 0, "it is empty")
    if size > MAX_CONTENT:
        raise DecodeError("payload", MAX_CONTENT, f"{size} bytes are over the limit of {MAX_CONTENT}")
    if content[0] not in kind.tags:
        raise DecodeError("payload", 0, f"0x{content[0]:02X} does not start {type_name}")
    notes: Notes = []
    value, after = kind.decode(content, 0, size, "payload", notes)
    if after != size:
        raise DecodeError("payload", after, f"{size - after} bytes are left over")
    return Asn1Payload(type_name, value, tuple(Departure(size - at, octets) for at, octets in notes))
