"""The Communications Hub: use cases of the CHF."""

from __future__ import annotations

from doorstep.gbcs.usecases.columns import DLMS, SME_C_NC, row

__all__ = ["ROWS"]

# code, name, title, payload, category, Service Request Variants, User roles, targets seen
ROWS = (
    row(0x0001, "CCS01", "Add Device to CHF device log", DLMS, SME_C_NC, "8.11", "GS IS OU", "CHF"),
    row(0x0002, "CCS02", "Remove device from CHF device log", DLMS, SME_C_NC, "8.11", "GS IS OU", "CHF"),
    row(0x0003, "CCS03", "Restore CHF Device Log", DLMS, SME_C_NC, "8.12.1", "GS IS", "CHF"),
    row(
        0x0004,
        "CCS05/CCS04",
        "Read CHF device log / check HAN communications",
        DLMS,
        SME_C_NC,
        "8.9",
        "GS IS OU",
        "CHF",
    ),
    row(0x00FE, "CCS07", "Read CHF Device Logs", DLMS, SME_C_NC, "8.9", "GS IS OU", "CHF"),
    row(0x010A, "DBCH01", "Read CHF Sub GHz Channel", DLMS, SME_C_NC, "6.31", "GS IS RSA", "CHF"),
    row(0x010B, "DBCH02", "Read CHF Sub GHz Channel Log", DLMS, SME_C_NC, "6.32", "GS IS RSA", "CHF"),
    row(0x010C, "DBCH03", "Read CHF Sub GHz Configuration", DLMS, SME_C_NC, "6.30", "GS IS RSA", "CHF"),
    row(0x010D, "DBCH04", "Set CHF Sub GHz Configuration", DLMS, SME_C_NC, "6.28", "GS IS", "CHF"),
    row(0x010E, "DBCH05", "Request CHF Sub GHz Channel Scan", DLMS, SME_C_NC, "6.29", "GS IS", "CHF"),
    row(
        0x010F,
        "CCS06",
        "Read CHF device log and check HAN communications",
        DLMS,
        SME_C_NC,
        "8.9",
        "GS IS OU",
        "CHF",
    ),
)
