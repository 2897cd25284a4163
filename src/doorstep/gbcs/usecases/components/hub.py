"""The Communications Hub: Commands to the CHF."""

from __future__ import annotations

from doorstep.gbcs.usecases.components.form import form

__all__ = ["ROWS"]

# Message Code, and the components of one form of its Command
ROWS = (
    form(
        0x0001,  # CCS01
        "ACTION 104 0-0:30.3.0.255 1",
        "SET 104 0-0:30.3.0.255 3",
        "SET 104 0-0:30.3.0.255 2",
    ),
    form(0x0002, "ACTION 104 0-0:30.3.0.255 2"),  # CCS02
    form(0x0003, "ACTION 104 0-0:30.3.0.255 5"),  # CCS03
    form(0x0004, "GET 104 0-0:30.3.0.255 4"),  # CCS05/CCS04
    form(
        0x0092,  # ECS26i
        "GET 1 0-0:96.1.1.255 2",
        "GET 1 0-0:96.1.4.255 2",
        "GET 1 0-0:96.1.6.255 2",
    ),
    form(0x0093, "GET_WITH_SELECTION 7 0-0:99.98.0.255 2"),  # ECS35c
    form(0x0094, "GET_WITH_SELECTION 7 0-0:99.98.1.255 2"),  # ECS35d
    form(
        0x00FA,  # ECS26n
        "GET 1 0-0:96.1.4.255 2",
        "GET 1 0-0:96.1.6.255 2",
    ),
    form(
        0x00FE,  # CCS07
        "ACTION 104 0-0:30.3.0.255 4",
        "ACTION 104 0-0:30.3.1.255 4",
    ),
    form(0x010A, "GET 1 0-0:94.44.10.2 2"),  # DBCH01
    form(0x010B, "GET_WITH_SELECTION 7 0-0:94.44.10.3 2"),  # DBCH02
    form(0x010C, "GET 1 0-0:94.44.10.0 2"),  # DBCH03
    form(0x010D, "SET 1 0-0:94.44.10.0 2"),  # DBCH04
    form(0x010E, "SET 1 0-0:94.44.10.1 2"),  # DBCH05
    form(0x010F, "GET 104 0-0:30.3.0.255 4"),  # CCS06
)
