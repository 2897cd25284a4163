"""The alert and event codes that a Device has reason for, by the standard's numbers."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["AlertCode"]


class AlertCode(IntEnum):
    """What a Device notes in its logs; the two on future-dated instructions are also sent as Alerts."""

    COMMAND_ACTIONED = 0x8154
    COMMAND_NOT_ACTIONED = 0x8155
    LOW_CREDIT = 0x810D
    EMERGENCY_CREDIT_ACTIVATED = 0x81AB
    CREDIT_BELOW_DISABLEMENT = 0x8F0F
    MALFORMED_COMMAND = 0x8F1E
    NO_AUTHORITY = 0x8F30
    SUPPLY_ARMED = 0x8F32
    AUTHENTICATION_FAILURE = 0x8F3D
    UNAUTHORISED_ACCESS = 0x8F3E
    BALANCE_WOULD_EXCEED = 0x8F47
    DUPLICATE_UTRN = 0x8F51
    EVENT_LOG_CLEARED = 0x8F52
    FAILED_AUTHORISATION = 0x8F53
    CREDIT_WOULD_EXCEED = 0x8F5B
    OUT_OF_ORDER = 0x8F60
    UTRN_NOT_AUTHENTIC = 0x8F63
    FUTURE_DATED_ACTIONED = 0x8F66
    FUTURE_DATED_NOT_ACTIONED = 0x8F67
    NOT_SUPPORTED = 0x8F85
