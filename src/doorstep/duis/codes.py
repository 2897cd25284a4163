"""Response Codes and DCC Alert Codes: what a Response says became of a request.

The legal values are those of the schema. A meaning is given only where one is published (``duis.md`` section
7); of the others it is known that they exist, and doorstep invents no text for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import Unsupported

__all__ = [
    "DCC_ALERT_CODES",
    "I0",
    "I99",
    "E1",
    "E2",
    "E3",
    "E4",
    "E5",
    "E11",
    "E12",
    "E13",
    "E17",
    "E19",
    "E20",
    "E21",
    "E30",
    "RESPONSE_CODES",
    "ResponseCode",
    "response_code",
]

I0: Final = "I0"
I99: Final = "I99"
E1: Final = "E1"
E2: Final = "E2"
E3: Final = "E3"
E4: Final = "E4"
E5: Final = "E5"
E11: Final = "E11"
E12: Final = "E12"
E13: Final = "E13"
E17: Final = "E17"
E19: Final = "E19"
E20: Final = "E20"
E21: Final = "E21"
E30: Final = "E30"


class ResponseCode(Struct, frozen=True):
    """A Response Code. ``meaning`` is ``None`` where none is published.

    The first letter says what it is: ``I`` information (the request went well so far), ``W`` a warning, ``E``
    an error. Six digits after it are the Service Reference that the code belongs to and a running number.
    """

    code: str
    meaning: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the request failed."""
        return self.code.startswith("E")


_GENERAL: Final = (
    ResponseCode(I0, "success"),
    ResponseCode(I99, "accepted for sending to the Device; or done, for a non-device request without data"),
    ResponseCode(E1, "the User is not valid in the User Role"),
    ResponseCode(E2, "the User Role may not send this Service Reference"),
    ResponseCode(E3, "the User's status does not allow the request"),
    ResponseCode(E4, "the User Role is not authorised for this Device at that time"),
    ResponseCode(E5, "the Device's status does not allow this Service Reference"),
    ResponseCode(E11, "the Service Reference does not apply to the Device's type"),
    ResponseCode(E12, "the Command Variant does not apply to the request"),
    ResponseCode(E13, "the request was sent to the wrong web service"),
    ResponseCode(E17, "no local delivery of this request for this User Role or Device status"),
    ResponseCode(E19, "the Device is not known"),
    ResponseCode(E20, "the DCC cannot reach the Device"),
    ResponseCode(E21, "the Device did not respond"),
    ResponseCode(E30, "a future-dated Command timed out"),
    *(ResponseCode(f"E{number}") for number in (31, *range(40, 72), 100)),
    *(ResponseCode(f"E{number}") for number in (1000, 1001, 1003, 1004, 1006, 1007, 1008, 1010, 1011)),
)

# Codes of one Service Reference: the reference as four digits, the errors' running numbers, the warnings'.
_OF_A_SERVICE: Final = (
    ("0101", "01 02", ""),
    ("0102", "01", ""),
    ("0303", "01 02", ""),
    ("0401", "01", ""),
    ("0417", "01", ""),
    ("0501", "01 02 03 05 07 08 09 10 11 12", ""),
    ("0502", "01 02", "01"),
    ("0503", "01 02", "01"),
    ("0605", "01 02", ""),
    ("0607", "01", ""),
    ("0608", "01 02 03", ""),
    ("0613", "01 04 05", ""),
    ("0615", "01 04 05 06 07 08 09", ""),
    ("0618", "01 02 03", ""),
    ("0621", "01 02 03 05", ""),
    ("0622", "01 02 03", ""),
    ("0623", "01 02 03 04 05 06", ""),
    ("0624", "01 02 03", ""),
    ("0628", "01 02 03", ""),
    ("0802", "01 02", ""),
    ("0803", "01 02", ""),
    ("0804", "05 06 07 08 09 10 11 12 13 14 15", ""),
    ("0805", "01 02 03", ""),
    ("0806", "01 02 04 06 07", ""),
    ("0807", "02 21 22 23", ""),
    ("0808", "01 21 22", ""),
    ("0809", "01 02 03", ""),
    ("0811", "01 02 04 05 06 07 08 09 10 11", ""),
    ("0812", "02 04 05 21 22 23", ""),
    ("0813", "01 02 03", ""),
    ("0814", "01 02 05 06", "01"),
    ("1101", "01 02 03 05 06", "01"),
    ("1104", "01 02 03 05", "01"),
    ("1201", "01 02 03", ""),
    ("1202", "01 03 04 07", ""),
)

RESPONSE_CODES: Final[Mapping[str, ResponseCode]] = MappingProxyType(
    {row.code: row for row in _GENERAL}
    | {
        code: ResponseCode(code)
        for service, errors, warnings in _OF_A_SERVICE
        for letter, numbers in (("E", errors), ("W", warnings))
        for code in (f"{letter}{service}{number}" for number in numbers.split())
    }
)
"""Every legal Response Code by its text."""

DCC_ALERT_CODES: Final = frozenset(("AD1", "N999", *(f"N{n}" for n in range(1, 66) if n != 32)))
"""Every legal DCC Alert Code. Their meanings are not published in the sources held."""


def response_code(code: str) -> ResponseCode:
    """The row of a Response Code. Raises :class:`Unsupported` for a value that the schema does not have."""
    try:
        return RESPONSE_CODES[code]
    except KeyError:
        raise Unsupported(f"{code[:40]!r} is not a DUIS Response Code") from None
