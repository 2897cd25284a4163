"""ASN.1 types as DER writes them: a tag, a length, contents; each type is one object for both directions.

A type reads and writes through the same two methods::

    value, after = kind.decode(buf, pos, end, field, notes)
    data = kind.encode(value, after, field, lengths)

``field`` is the name that errors carry. Here are the types without parts; those that are made of
others are in :mod:`doorstep.gbcs.payloads.asn1.schema`.

DER gives every value one encoding, and another one is refused, with two exceptions that Devices do
send: a length of more octets than it needs (``3082009F``), and a DEFAULT that is written out. Both are
read, and noted so that writing brings back the same bytes. A note says *where* by counting to the end
of the payload, because that is what a writer knows: it works from back to front, since contents must
be there before their length can be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.errors import DecodeError, EncodeError, Truncated

__all__ = [
    "WRITTEN_DEFAULT",
    "Flags",
    "GeneralizedTime",
    "Integer",
    "Kind",
    "Lengths",
    "Notes",
    "Null",
    "OctetString",
    "Whole",
    "decode_header",
    "encode_value",
]

Notes = list[tuple[int, int]]
"""What a reader found that DER would write otherwise: an offset, and the octets that the length has.

The offset is where the contents start; for a DEFAULT that is written out it is where they end, and
:data:`WRITTEN_DEFAULT` takes the octets' place.
"""

Lengths = Mapping[int, int]
"""The same for a writer: by the count of bytes from the noted offset to the end of the payload."""

WRITTEN_DEFAULT: Final = 0

# Four octets say more bytes than a message may have; a fifth could only lie.
_MAX_LENGTH_OCTETS: Final = 5
_U64_MAX: Final = 2**64 - 1
_U64_OCTETS: Final = 9  # of which the first is 0 for a number whose highest bit is set


class Kind(Struct, frozen=True, eq=False):
    """An ASN.1 type. ``tag`` is the octet that starts it, ``python`` the class of its values."""

    tag: int
    python: type = object

    @property
    def tags(self) -> tuple[int, ...]:
        """Every octet that a value of this type may start with."""
        return (self.tag,)

    def tagged(self, number: int) -> Kind:
        """The same type under the IMPLICIT context tag ``[number]``, which keeps the bit *constructed*."""
        return replace(self, tag=0x80 | number | (self.tag & 0x20))

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[Any, int]:
        """The value whose tag, already looked at, is at ``pos``, and the position after it.

        Raises :class:`DecodeError` for what is no value of this type or does not fit before ``end``.
        """
        raise NotImplementedError

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        """Tag, length and contents of a value that ``after`` bytes of the payload will follow.

        Raises :class:`EncodeError` for a value that this type does not have.
        """
        raise NotImplementedError

    def take(self, plain: Any, field: str) -> Any:
        """The value that plain data stands for: text, numbers, mappings and lists, or the value itself.

        Raises :class:`EncodeError` for data that stands for none.
        """
        self.check(plain, field)
        return plain

    def check(self, value: Any, field: str) -> None:
        """Raise :class:`EncodeError` for a value of another class than this type's."""
        if not isinstance(value, self.python):
            raise EncodeError(
                field, f"{str(value)[:60]!r} is {type(value).__name__}, not {self.python.__name__}"
            )


# -- tag and length -----------------------------------------------------------------------------


def decode_header(buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[int, int]:
    """Where the contents of the value at ``pos`` start and stop; ``end`` is what they must stay within."""
    try:
        length = buf[pos + 1]
    except IndexError:
        raise Truncated(field, end, "the payload ends inside its header") from None
    start = pos + 2
    if length >= 0x80:
        start += length & 0x7F
        length = _long_length(buf, pos + 1, start, end, field, notes)
    stop = start + length
    if stop > end:
        raise Truncated(field, end, f"{length} bytes are announced at offset {pos}")
    return start, stop


def encode_value(tag: int, contents: bytes, after: int, lengths: Lengths) -> bytes:
    """Tag, length and contents; the length is the shortest unless ``lengths`` has another for here."""
    size = len(contents)
    octets = lengths.get(after + size) if lengths else None
    if size < 0x80 and not octets:
        return bytes((tag, size)) + contents
    count = octets - 1 if octets else _octets(size) - 1
    try:
        return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big") + contents
    except (OverflowError, ValueError):
        raise EncodeError("length", f"{size} bytes do not fit a length of {count + 1} octets") from None


def _long_length(buf: bytes, pos: int, start: int, end: int, field: str, notes: Notes) -> int:
    """The length at ``pos``, in more than one octet, of contents that start at ``start``."""
    octets = start - pos
    if not 2 <= octets <= _MAX_LENGTH_OCTETS:
        raise DecodeError(field, pos, f"0x{buf[pos]:02X} does not start a length")
    if start > end:
        raise Truncated(field, end, f"it ends inside the length at offset {pos}")
    length = int.from_bytes(buf[pos + 1 : start], "big")
    if octets != _octets(length):
        notes.append((start, octets))
    return length


def _octets(length: int) -> int:
    """How many octets the shortest form of a length has."""
    return 1 if length < 0x80 else 1 + (length.bit_length() + 7) // 8


# -- the types ----------------------------------------------------------------------------------


class Integer(Kind, frozen=True, eq=False):
    """INTEGER from 0 to ``maximum``, as far as GBCS goes: all its numbers are counts and codes.

    ``names`` are its named numbers. A number that has no name stays a plain int. ENUMERATED is the
    same under another tag.
    """

    tag: int = 0x02
    python: type = int
    maximum: int = _U64_MAX
    names: Mapping[int, IntEnum] = {}

    @classmethod
    def of(cls, names: type[IntEnum], tag: int = 0x02) -> Integer:
        """The type whose named numbers are the members of ``names``."""
        return cls(tag=tag, names={int(member): member for member in names})

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[int, int]:
        start, stop = decode_header(buf, pos, end, field, notes)
        if stop - start == 1 and buf[start] < 0x80:
            value = buf[start]
        else:
            value = _long_integer(buf[start:stop], start, field)
        if value > self.maximum:
            raise DecodeError(field, start, f"{value} is over {self.maximum}")
        return self.names.get(value, value), stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        if not 0 <= value <= self.maximum:
            raise EncodeError(field, f"{value} is not within 0 to {self.maximum}")
        # One bit more than the number has, so that the first bit, its sign, is 0.
        contents = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return encode_value(self.tag, contents, after, lengths)

    def take(self, plain: Any, field: str) -> int:
        if isinstance(plain, str):
            for member in self.names.values():
                if member.name.lower() == plain.lower():
                    return member
        self.check(plain, field)
        return self.names.get(plain, int(plain))


def _long_integer(contents: bytes, start: int, field: str) -> int:
    """The number in the contents of an INTEGER, where it is not simply one octet."""
    if not 1 <= len(contents) <= _U64_OCTETS:
        raise DecodeError(field, start, f"{len(contents)} octets where 1 to {_U64_OCTETS} hold a number")
    if contents[0] >= 0x80:
        raise DecodeError(field, start, f"0x{contents.hex()} is negative")
    if contents[0] == 0 and contents[1] < 0x80:
        raise DecodeError(field, start, f"0x{contents.hex()} is not in its shortest form")
    return int.from_bytes(contents, "big")


class Flags(Kind, frozen=True, eq=False):
    """BIT STRING with named bits: the first bit is flag 1, the second 2, the third 4 ..."""

    tag: int = 0x03
    python: type = int
    flags: type[IntFlag] = IntFlag
    every: int = 0
    common: Mapping[bytes, IntFlag] = {}

    @classmethod
    def of(cls, flags: type[IntFlag]) -> Flags:
        """The type whose named bits are the members of ``flags``."""
        return cls(flags=flags, every=sum(flags), common={_bits(flag): flag for flag in flags})

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[IntFlag, int]:
        start, stop = decode_header(buf, pos, end, field, notes)
        contents = buf[start:stop]
        flag = self.common.get(contents)
        if flag is not None:
            return flag, stop
        octets = enumerate(contents[1:3])
        value = sum(1 << (8 * at + bit) for at, octet in octets for bit in range(8) if octet & (0x80 >> bit))
        # Whatever is not the one way to write these flags, pad bits for one, shows in writing them again.
        if _bits(value) != contents or value & ~self.every:
            raise DecodeError(field, start, f"{contents.hex()[:20]} is no set of {self.flags.__name__} bits")
        return self.flags(value), stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        if value & ~self.every:
            raise EncodeError(field, f"{value} is no set of {self.flags.__name__} bits")
        return encode_value(self.tag, _bits(value), after, lengths)

    def take(self, plain: Any, field: str) -> IntFlag:
        if isinstance(plain, str):
            try:
                plain = sum({self.flags[name] for name in plain.upper().split("|") if name})
            except KeyError as error:
                raise EncodeError(field, f"{error.args[0]} is no {self.flags.__name__}") from None
        self.check(plain, field)
        if plain & ~self.every:
            raise EncodeError(field, f"{plain} is no set of {self.flags.__name__} bits")
        return self.flags(plain)


def _bits(value: int) -> bytes:
    """The contents of a BIT STRING with named bits: count of unused bits, octets that end in a 1 bit."""
    length = value.bit_length()
    octets = (int(f"{octet:08b}"[::-1], 2) for octet in value.to_bytes((length + 7) // 8, "little"))
    return bytes((-length % 8, *octets))


class OctetString(Kind, frozen=True, eq=False):
    """OCTET STRING of ``least`` to ``most`` bytes; ``wrap`` makes the value of them."""

    tag: int = 0x04
    python: type = bytes
    least: int = 0
    most: int = 0xFFFF
    wrap: Callable[[bytes], bytes] = bytes

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[bytes, int]:
        start, stop = decode_header(buf, pos, end, field, notes)
        if not self.least <= stop - start <= self.most:
            raise DecodeError(field, start, self._sizes(stop - start))
        return self.wrap(buf[start:stop]), stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        if not self.least <= len(value) <= self.most:
            raise EncodeError(field, self._sizes(len(value)))
        return encode_value(self.tag, value, after, lengths)

    def take(self, plain: Any, field: str) -> bytes:
        data = _plain_bytes(plain, field)
        if not self.least <= len(data) <= self.most:
            raise EncodeError(field, self._sizes(len(data)))
        return self.wrap(data)

    def _sizes(self, size: int) -> str:
        allowed = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        return f"{size} bytes where {allowed} belong"


class GeneralizedTime(Kind, frozen=True, eq=False):
    """GeneralizedTime in the one form of DER without fractions, ``YYYYMMDDHHMMSSZ``: a datetime in UTC."""

    tag: int = 0x18
    python: type = datetime

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[datetime, int]:
        start, stop = decode_header(buf, pos, end, field, notes)
        text = buf[start:stop]
        if len(text) == 15 and text[14:] == b"Z" and text[:14].isdigit():
            try:
                return _moment(text), stop
            except ValueError:
                pass
        raise DecodeError(field, start, f"{text[:20]!r} is no time in the form YYYYMMDDHHMMSSZ")

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        if value.utcoffset() is None or value.microsecond:
            raise EncodeError(field, f"{value} is not a whole second with a time zone")
        moment = value.astimezone(UTC).timetuple()
        text = "{:04}{:02}{:02}{:02}{:02}{:02}Z".format(*moment[:6])
        return encode_value(self.tag, text.encode(), after, lengths)

    def take(self, plain: Any, field: str) -> datetime:
        if isinstance(plain, str):
            try:
                plain = datetime.fromisoformat(plain)
            except ValueError:
                raise EncodeError(field, f"{plain[:40]!r} is not an ISO 8601 date and time") from None
        self.check(plain, field)
        moment: datetime = plain
        return moment


def _moment(text: bytes) -> datetime:
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    return datetime(year, month, day, int(text[8:10]), int(text[10:12]), int(text[12:14]), tzinfo=UTC)


class Null(Kind, frozen=True, eq=False):
    """NULL: that it is there is all it says. Its value is None."""

    tag: int = 0x05
    python: type = type(None)

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[None, int]:
        start, stop = decode_header(buf, pos, end, field, notes)
        if start != stop:
            raise DecodeError(field, start, f"NULL with {stop - start} bytes in it")
        return None, stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        return encode_value(self.tag, b"", after, lengths)


class Whole(Kind, frozen=True, eq=False):
    """A SEQUENCE that is kept as the bytes it is, ``python`` of them: a certificate, say.

    Only its outermost length is looked at, to know where it ends.
    """

    tag: int = 0x30
    python: type = bytes

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[bytes, int]:
        _start, stop = decode_header(buf, pos, end, field, [])
        value: bytes = self.python(buf[pos:stop])
        return value, stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        return bytes(self.take(value, field))

    def take(self, plain: Any, field: str) -> bytes:
        data = _plain_bytes(plain, field)
        try:
            whole = data[:1] == b"\x30" and decode_header(data, 0, len(data), field, [])[1] == len(data)
        except DecodeError:
            whole = False
        if not whole:
            raise EncodeError(field, f"{data.hex()[:20]}... is not one whole SEQUENCE")
        value: bytes = self.python(data)
        return value


def _plain_bytes(plain: Any, field: str) -> bytes:
    """Bytes as they are, or the hex digits of them, dashes allowed; else :class:`EncodeError`."""
    if isinstance(plain, bytes):
        return plain
    try:
        return bytes.fromhex(plain.replace("-", ""))
    except (AttributeError, ValueError):
        raise EncodeError(field, f"{str(plain)[:60]!r} is neither bytes nor hex digits") from None
