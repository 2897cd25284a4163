"""Gas: Commands in GBZ to the GSME and to the GPF."""

from __future__ import annotations

from doorstep.gbcs.usecases.components.form import form

__all__ = ["ROWS"]

# Message Code, and the components of one form of its Command
ROWS = (
    form(0x0014, "0709 client 00"),  # CS10a
    form(0x0015, "0709 client 01"),  # CS11
    form(
        0x006B,  # GCS01a
        "0707 server 00",
        "0707 server 01 *4",
        "0707 server 02 *2",
        "0707 server 03",
        "0707 server 04",
        "0700 server 04",
        "0700 server 05",
    ),
    form(0x006C, "0705 client 06"),  # GCS02
    form(0x006D, "0705 client 06"),  # GCS03
    form(0x006E, "0705 client 02 *3"),  # GCS04
    form(
        0x006F,  # GCS05
        "0705 client 03",
        "0705 client 0C",
        "0705 client 09",
        "0705 client 0B",
        "0707 server 00",
        "0707 server 01 *3",
        "0707 server 02 *2",
        "0707 server 03",
        "0707 server 04",
    ),
    form(0x0070, "0705 client 00"),  # GCS06
    form(0x0071, "0703 server 00"),  # GCS07
    form(0x0072, "0708 server 00"),  # GCS09
    form(0x0073, "0708 server 02"),  # GCS11
    form(0x0074, "0702 general 00"),  # GCS13a
    form(
        0x0075,  # GCS14
        "0700 general 00",
        "0705 general 00",
    ),
    form(
        0x0076,  # GCS15c
        "0702 client 06 *12",
        "0705 client 07 *12",
    ),
    form(0x0077, "0702 client 06 *31"),  # GCS16a
    form(0x0078, "0702 client 08"),  # GCS17
    form(0x0079, "0702 client 08"),  # GCS18
    form(
        0x007B,  # GCS21a
        "0700 general 00",
        "0702 general 00",
    ),
    form(
        0x007C,  # GCS23
        "0700 server 02",
        "0700 server 03",
    ),
    form(
        0x007D,  # GCS24
        "0702 client 0E",
        "0702 client 0D",
    ),
    form(
        0x007E,  # GCS25
        "0700 server 09",
        "0700 server 01",
    ),
    form(0x0080, "0702 client 07"),  # GCS31
    form(0x0081, "0702 client 0B"),  # GCS32
    form(0x0082, "0702 general 00"),  # GCS33
    form(0x0083, "0708 server 06"),  # GCS36
    form(0x0084, "0702 general 00"),  # GCS38
    form(0x0085, "0702 client 0B"),  # GCS39
    form(0x0086, "0705 client 05"),  # GCS40a
    form(0x0087, "0708 server 03"),  # GCS41
    form(0x0088, "0708 server 01"),  # GCS44
    form(0x0089, "0702 general 00"),  # GCS46
    form(
        0x008D,  # GCS60
        "0702 general 00",
        "0705 general 00",
    ),
    form(0x0090, "0705 client 00"),  # PCS02
    form(0x0096, "0705 client 07 *31"),  # GCS16b
    form(0x0097, "0705 client 04"),  # CS01b
    form(0x009B, "0705 client 04"),  # PCS01
    form(0x009D, "0700 client 0B"),  # GCS21d
    form(
        0x009E,  # GCS21e
        "0000 general 00",
        "0702 general 00",
    ),
    form(
        0x009F,  # GCS21f
        "0700 general 00",
        "0707 client 01",
        "0707 client 02",
        "0707 client 03",
        "0707 client 04",
        "0700 client 00",
    ),
    form(0x00A0, "0702 client 08"),  # GCS61
    form(0x00A1, "0709 client 00"),  # CS10b
    form(
        0x00A3,  # GCS01b
        "0700 server 04",
        "0700 server 05",
    ),
    form(0x00AD, "0708 server 04 *4"),  # GCS20
    form(0x00B4, "0705 client 05"),  # GCS40b
    form(
        0x00B5,  # GCS21b
        "0705 general 00",
        "0700 general 00",
        "0707 client 01",
        "0707 client 02",
        "0707 client 03",
        "0707 client 04",
    ),
    form(0x00B6, "0702 general 00"),  # GCS13c
    form(0x00B8, "0702 general 00"),  # GCS13b
    form(0x00BF, "0705 general 00"),  # GCS21j
    form(0x00C0, "0705 client 05"),  # GCS40c
    form(0x00C2, "0705 client 05"),  # GCS40d
    form(
        0x00C3,  # GCS15b
        "0705 client 07 *12",
        "0702 client 06 *12",
    ),
    form(0x00C4, "0705 client 0A"),  # GCS15d
    form(0x00C5, "0705 client 08"),  # GCS15e
    form(
        0x00D8,  # GCS25a
        "0700 server 09",
        "0700 server 01",
    ),
    form(0x00DA, "0700 client 0B"),  # GCS21k
    form(0x00F1, "0708 server 05"),  # GCS20r
    form(
        0x00FB,  # GCS21m
        "0000 general 00",
        "0702 general 00",
    ),
    form(
        0x00FC,  # GCS24a
        "0702 client 0E",
        "0702 client 0D",
    ),
    form(
        0x012A,  # GCS60a
        "0702 general 00",
        "0705 general 00",
    ),
)
