"""Mapping rows of the Communications Hub Function: its SRV 6.2.4 and 6.13, 6.28 to 6.32, 8.9 to 8.12.1.

A hub holds no User's certificates, so that the Access Control Broker is the originator of all of them.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.transform.dlms import (
    EUI,
    HEX,
    NULL,
    TRUE,
    Source,
    act,
    array,
    bits,
    decimal,
    enum,
    get,
    number,
    octet_string,
    octets,
    put,
    structure,
    together,
    unsigned,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.logs import EVENT_LOG, SECURITY_LOG
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, both, dlms, has, lacks, says
from doorstep.duis.transform.selection import entries
from doorstep.errors import Unsupported
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ROWS"]

_row: Final = partial(dlms, device_type=DeviceType.CHF, originator=Originator.BROKER_FOR_USER)

# -- SRV 6.28: the radio below one gigahertz --------------------------------------------------------

_SUB_GHZ_SETTINGS: Final = "0-0:94.44.10.0"
_MASK: Final = range(27)


def _channels(path: str, page: int, first: int) -> Source:
    """A channel mask of ZigBee: the page in its five highest bits, ``first`` in its lowest."""

    def source(request: Request, _known: Known) -> Data:
        here = request.body.child(path)
        mask = sum(1 << bit for bit in _MASK if here.has(f"Channel{first + bit}"))
        return bits(f"{page:05b}{mask:0{len(_MASK)}b}")

    return source


_SUB_GHZ_CONFIGURATION: Final = together(
    Tag.STRUCTURE,
    _channels("LowerBandSubGHzChannels0To26", page=28, first=0),
    _channels("LowerBandSubGHzChannels27To34", page=29, first=27),
    _channels("LowerBandSubGHzChannels35To61", page=30, first=35),
    _channels("UpperBandSubGHzChannels0To26", page=31, first=0),
    decimal(Tag.LONG_UNSIGNED, "NormalLimitedDutyCycleThreshold", places=2),
    decimal(Tag.LONG_UNSIGNED, "LimitedCriticalDutyCycleThreshold", places=2),
    number(Tag.UNSIGNED, "MaximumSubGHzChannelChangesPerWeek"),
    number(Tag.LONG_UNSIGNED, "GSMECurfew"),
    number(Tag.UNSIGNED, "ChannelQuieterThreshold"),
    number(Tag.UNSIGNED, "ChannelNoisierThreshold"),
    decimal(Tag.LONG_UNSIGNED, "NonGSMEPoorCommsPercentageThreshold", places=2),
    number(Tag.UNSIGNED, "NonGSMEPoorCommsMeasurementPeriods"),
    number(Tag.LONG_UNSIGNED, "LocalCHNoiseMeasurementPeriod"),
    decimal(Tag.LONG_UNSIGNED, "LocalCHFailurePercentage", places=2),
    decimal(Tag.LONG_UNSIGNED, "LocalCHRetryPercentage", places=2),
)

# -- SRV 8.9 and 8.11: the Device Log ---------------------------------------------------------------

_DEVICE_LOG: Final = "0-0:30.3.0.255"
_HISTORIC_DEVICE_LOG: Final = "0-0:30.3.1.255"
_ZIGBEE_NETWORK: Final = 104

_DEVICE_ID: Final = octet_string("DeviceID", EUI)
_SECURITY_DETAILS: Final = "ReadSecurityDetails"
_NEW_DEVICE: Final = "AddDeviceToCHFWhitelist"

# A Device to join with its install code. The two enumerations are as the only sample has them.
_REGISTRATION: Final = together(
    Tag.STRUCTURE,
    _DEVICE_ID,
    enum(1),
    octet_string(f"{_NEW_DEVICE}/InstallCode", HEX),
    enum(0),
)


def _log(request: Request, known: Known) -> Data:
    """What the DCC has kept of the old hub's Device Log: its network, and the Devices with their keys."""
    old = request.body.value_of("OldCHFID", EUI)
    log = known.hub_logs.get(old)
    if log is None:
        raise Unsupported(f"what was in the Device Log of {old} is not known")
    entries = (structure(octets(device), octets(key)) for device, key in log.link_keys)
    return structure(octets(log.extended_pan_id), array(*entries))


ROWS: Final[tuple[Mapping, ...]] = (
    _row("ECS26i", "6.2.4", *(get(1, f"0-0:96.1.{number}.255", 2) for number in (1, 4, 6))),
    _row(
        "ECS26n",
        "6.2.4",
        *(get(1, f"0-0:96.1.{number}.255", 2) for number in (4, 6)),
        basis="one Command without its request",
    ),
    _row(
        "ECS52",
        "11.2",
        get(1, "0-0:0.2.1.255", 2),
        basis="the Command of an ESME, whose title names the hub; no sample of one to it",
    ),
    _row("ECS35c", "6.13", entries(EVENT_LOG), when=says("LogToRead", "Event")),
    _row("ECS35d", "6.13", entries(SECURITY_LOG), when=says("LogToRead", "Security")),
    _row("DBCH04", "6.28", put(1, _SUB_GHZ_SETTINGS, 2, _SUB_GHZ_CONFIGURATION), basis="one sample"),
    _row("DBCH05", "6.29", put(1, "0-0:94.44.10.1", 2, unsigned(0))),
    _row("DBCH03", "6.30", get(1, _SUB_GHZ_SETTINGS, 2)),
    _row("DBCH01", "6.31", get(1, "0-0:94.44.10.2", 2)),
    _row("DBCH02", "6.32", entries("0-0:94.44.10.3")),
    _row("CCS05/CCS04", "8.9", get(_ZIGBEE_NETWORK, _DEVICE_LOG, 4), when=lacks(_SECURITY_DETAILS)),
    _row("CCS06", "8.9", get(_ZIGBEE_NETWORK, _DEVICE_LOG, 4), when=lacks(_SECURITY_DETAILS)),
    _row(
        "CCS07",
        "8.9",
        act(_ZIGBEE_NETWORK, _DEVICE_LOG, 4, NULL),
        act(_ZIGBEE_NETWORK, _HISTORIC_DEVICE_LOG, 4, NULL),
        when=has(_SECURITY_DETAILS),
    ),
    _row(
        "CCS01",
        "8.11",
        act(_ZIGBEE_NETWORK, _DEVICE_LOG, 1, _REGISTRATION),
        put(_ZIGBEE_NETWORK, _DEVICE_LOG, 3, number(Tag.LONG_UNSIGNED, f"{_NEW_DEVICE}/JoinTimePeriod")),
        put(_ZIGBEE_NETWORK, _DEVICE_LOG, 2, TRUE),
        when=says("RequestType", "Add"),
        basis="one sample, of an ESME with an install code of 16 bytes",
    ),
    _row(
        "CCS02",
        "8.11",
        act(_ZIGBEE_NETWORK, _DEVICE_LOG, 2, _DEVICE_ID),
        when=both(says("RequestType", "Remove"), lacks(_NEW_DEVICE)),
    ),
    _row(
        "CCS03",
        "8.12.1",
        act(_ZIGBEE_NETWORK, _DEVICE_LOG, 5, _log),
        basis="one sample; the log is one that the DCC has kept",
    ),
)
