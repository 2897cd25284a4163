"""Every error that doorstep raises on purpose, as one tree.

::

    DoorstepError
    ├── InputError              what was handed in cannot be used (exit status 2)
    │   ├── DecodeError         bytes that do not parse; has the offset and the field
    │   │   └── Truncated       ... because they end too soon
    │   ├── XmlError            a DUIS document that does not parse or is not allowed
    │   └── UsageError          an argument, option or file that makes no sense
    ├── EncodeError             a value of ours that has no encoding; has the field
    ├── VerificationError       the answer is "no" (exit status 1)
    │   ├── BadMac
    │   ├── BadSignature
    │   └── BadUtrn
    ├── NoKey                   a key or certificate that is needed is not held (exit status 2)
    └── Unsupported             understood, but doorstep has no rule for it (exit status 2)
        └── WrongDevice         ... for such a Device, though for another

A check raises; it never returns a flag that a caller could forget to read.
"""

from __future__ import annotations

__all__ = [
    "BadMac",
    "BadSignature",
    "BadUtrn",
    "DecodeError",
    "DoorstepError",
    "EncodeError",
    "InputError",
    "NoKey",
    "Truncated",
    "Unsupported",
    "UsageError",
    "VerificationError",
    "WrongDevice",
    "XmlError",
]


class DoorstepError(Exception):
    """The root of the tree. ``str(error)`` is one line that a person can act on."""


class InputError(DoorstepError):
    """What was handed in cannot be used as it stands."""


class DecodeError(InputError):
    """Bytes that do not parse.

    ``offset`` counts from the first byte of the message that was being decoded; ``field`` is the
    standard's name of what was being read there.
    """

    def __init__(self, field: str, offset: int, detail: str) -> None:
        super().__init__(f"{field} at offset {offset}: {detail}")
        self.field = field
        self.offset = offset
        self.detail = detail

    def shifted(self, base: int) -> DecodeError:
        """The same error, seen from a message in which the part that failed starts at ``base``."""
        return type(self)(self.field, self.offset + base, self.detail)

    def __reduce__(self) -> tuple[type[DecodeError], tuple[str, int, str]]:
        return type(self), (self.field, self.offset, self.detail)


class Truncated(DecodeError):
    """Bytes that end before the field does."""


class XmlError(InputError):
    """A DUIS document that is not well formed, not allowed, or not what its place asks for."""


class UsageError(InputError):
    """An argument, option or file that makes no sense."""


class EncodeError(DoorstepError):
    """A value that has no encoding; ``field`` names the part that is out of range."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail

    def __reduce__(self) -> tuple[type[EncodeError], tuple[str, str]]:
        return type(self), (self.field, self.detail)


class VerificationError(DoorstepError):
    """A protection that does not hold."""


class BadMac(VerificationError):
    """A MAC that the keys held do not reproduce."""


class BadSignature(VerificationError):
    """A signature that the signer's certificate does not verify."""


class BadUtrn(VerificationError):
    """A Unique Transaction Reference Number that is malformed or not authentic."""


class NoKey(DoorstepError):
    """A key or certificate that the operation needs is not held."""


class Unsupported(DoorstepError):
    """A request that is understood, but that doorstep has no rule for."""


class WrongDevice(Unsupported):
    """A request that there is a rule for, but for another kind of Device."""
