"""Bodies of a Communications Hub's Sub GHz network: Service References 6.28 to 6.32."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import READ_LOG_PERIOD
from doorstep.duis.bodies.shape import EMPTY, Part, Shape, elements, one, optional
from doorstep.duis.simple_type import decimal, integer

__all__ = ["BODIES", "CONFIGURATION", "channels"]


def channels(first: int, last: int) -> tuple[Part, ...]:
    """The elements that name a channel."""
    return tuple(one(f"Channel{number}", EMPTY) for number in range(first, last + 1))


def _any_of(first: int, last: int) -> Shape:
    return elements(*(optional(part.name, part.shape) for part in channels(first, last)))


_PERCENTAGE: Final = decimal("1", "100", 2)

CONFIGURATION: Final = elements(
    one("LowerBandSubGHzChannels0To26", _any_of(0, 26)),
    one("LowerBandSubGHzChannels27To34", _any_of(27, 34)),
    one("LowerBandSubGHzChannels35To61", _any_of(35, 61)),
    one("UpperBandSubGHzChannels0To26", _any_of(0, 26)),
    one("NormalLimitedDutyCycleThreshold", decimal("0.5", "2.0", 1)),
    one("LimitedCriticalDutyCycleThreshold", decimal("1.6", "2.4", 1)),
    one("MaximumSubGHzChannelChangesPerWeek", integer(1, 7)),
    one("GSMECurfew", integer(2, 65_535)),
    one("ChannelQuieterThreshold", integer(1, 255)),
    one("ChannelNoisierThreshold", integer(0, 20)),
    one("NonGSMEPoorCommsPercentageThreshold", _PERCENTAGE),
    one("NonGSMEPoorCommsMeasurementPeriods", integer(50, 150)),
    one("LocalCHNoiseMeasurementPeriod", integer(61, 65_535)),
    one("LocalCHFailurePercentage", _PERCENTAGE),
    one("LocalCHRetryPercentage", _PERCENTAGE),
)
"""The channels that may be used, and what makes the hub change them."""

BODIES: Final = {
    "SetCHFSubGHzConfiguration": CONFIGURATION,
    "RequestCHFSubGHzChannelScan": EMPTY,
    "ReadCHFSubGHzConfiguration": EMPTY,
    "ReadCHFSubGHzChannel": EMPTY,
    "ReadCHFSubGHzChannelLog": elements(one("ReadLogPeriod", READ_LOG_PERIOD)),
}
"""The shape of each body by its name."""
