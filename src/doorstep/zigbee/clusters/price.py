"""Price 0x0700: tariffs, blocks, prices and the factors that make money of gas.

The server publishes: an electricity meter, the gas proxy, or the supplier itself in a GBCS Message.
Where a trailing digit is given, its high nibble says how many decimal places a price has.
"""

from __future__ import annotations

from typing import Annotated, Final

from doorstep.zigbee.clusters.cluster import Attribute, Cluster, Command
from doorstep.zigbee.fields import (
    U8,
    U16,
    U24,
    U32,
    U48,
    Bitmap8,
    Counted,
    CountIn,
    Enum8,
    OctetString,
    ToEnd,
    Utc,
)
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import (
    BITMAP8,
    ENUM8,
    OCTET_STRING,
    UINT16,
    UINT24,
    UINT32,
    UINT48,
    UTC_TIME,
)

__all__ = [
    "PRICE",
    "POUNDS",
    "GetCurrentPrice",
    "GetScheduledPrices",
    "PriceAcknowledgement",
    "GetBlockPeriods",
    "GetConversionFactor",
    "GetCalorificValue",
    "GetTariffInformation",
    "GetPriceMatrix",
    "GetBlockThresholds",
    "GetTierLabels",
    "GetBillingPeriod",
    "PublishPrice",
    "PublishBlockPeriod",
    "PublishConversionFactor",
    "PublishCalorificValue",
    "PublishTariffInformation",
    "PublishPriceMatrix",
    "PriceMatrixEntry",
    "PublishBlockThresholds",
    "BlockThresholds",
    "PublishTierLabels",
    "TierLabel",
    "PublishBillingPeriod",
    "PublishConsolidatedBill",
    "CancelTariff",
]

POUNDS: Final = 826
"""The currency number of the pound sterling."""


class GetCurrentPrice(Command, frozen=True):
    """Ask for the price in force. Bit 0: the client's receiver is on when it is idle."""

    command_options: Bitmap8


class GetScheduledPrices(Command, frozen=True):
    """Ask for prices from a time on."""

    start_time: Utc
    number_of_events: U8


class PriceAcknowledgement(Command, frozen=True):
    """The client has received a price."""

    provider_id: U32
    issuer_event_id: U32
    acknowledgement_time: Utc
    control: Bitmap8


class GetBlockPeriods(Command, frozen=True):
    """Ask for block periods from a time on."""

    start_time: Utc
    number_of_events: U8
    tariff_type: Bitmap8


class GetConversionFactor(Command, frozen=True):
    """Ask for conversion factors."""

    earliest_start_time: Utc
    minimum_issuer_event_id: U32
    number_of_commands: U8


class GetCalorificValue(Command, frozen=True):
    """Ask for calorific values."""

    earliest_start_time: Utc
    minimum_issuer_event_id: U32
    number_of_commands: U8


class GetTariffInformation(Command, frozen=True):
    """Ask for tariffs."""

    earliest_start_time: Utc
    minimum_issuer_event_id: U32
    number_of_commands: U8
    tariff_type: Bitmap8


class GetPriceMatrix(Command, frozen=True):
    """Ask for the prices of a tariff."""

    issuer_tariff_id: U32


class GetBlockThresholds(Command, frozen=True):
    """Ask for the block thresholds of a tariff."""

    issuer_tariff_id: U32


class GetTierLabels(Command, frozen=True):
    """Ask for the names of a tariff's tiers."""

    issuer_tariff_id: U32


class GetBillingPeriod(Command, frozen=True):
    """Ask for billing periods."""

    earliest_start_time: Utc
    minimum_issuer_event_id: U32
    number_of_commands: U8
    tariff_type: Bitmap8


class PublishPrice(Command, frozen=True):
    """The price from a time on, for ``duration`` minutes. Newer versions of the cluster add fields."""

    provider_id: U32
    rate_label: OctetString
    issuer_event_id: U32
    current_time: Utc
    unit_of_measure: Enum8
    currency: U16
    trailing_digit_and_tier: Bitmap8
    number_of_tiers_and_register_tier: Bitmap8
    start_time: Utc
    duration: U16
    price: U32
    price_ratio: U8 | None = None
    generation_price: U32 | None = None
    generation_price_ratio: U8 | None = None
    alternate_cost_delivered: U32 | None = None
    alternate_cost_unit: Enum8 | None = None
    alternate_cost_trailing_digit: Bitmap8 | None = None
    number_of_block_thresholds: U8 | None = None
    price_control: Bitmap8 | None = None
    number_of_generation_tiers: U8 | None = None
    generation_tier: Enum8 | None = None
    extended_number_of_tiers: U8 | None = None
    extended_tier: Enum8 | None = None
    extended_register_tier: Enum8 | None = None


class PublishBlockPeriod(Command, frozen=True):
    """The period over which consumption is counted into blocks."""

    provider_id: U32
    issuer_event_id: U32
    start_time: Utc
    duration: U24
    number_of_tiers_and_thresholds: Bitmap8
    control: Bitmap8
    duration_type: Bitmap8 | None = None
    tariff_type: Bitmap8 | None = None
    tariff_resolution_period: Enum8 | None = None


class PublishConversionFactor(Command, frozen=True):
    """The factor that corrects a gas volume for temperature and pressure."""

    issuer_event_id: U32
    start_time: Utc
    conversion_factor: U32
    trailing_digit: Bitmap8


class PublishCalorificValue(Command, frozen=True):
    """The energy in a volume of gas."""

    issuer_event_id: U32
    start_time: Utc
    calorific_value: U32
    unit: Enum8
    trailing_digit: Bitmap8


class PublishTariffInformation(Command, frozen=True):
    """A tariff: its shape and its standing charge. Prices and thresholds follow in their own commands.

    The low nibble of ``tariff_type_and_scheme`` is the type, the high one the charging scheme: 0 time
    of use, 1 block, 2 both with common thresholds, 3 both with thresholds for each tier.
    """

    provider_id: U32
    issuer_event_id: U32
    issuer_tariff_id: U32
    start_time: Utc
    tariff_type_and_scheme: Bitmap8
    tariff_label: OctetString
    number_of_tiers: U8
    number_of_block_thresholds: U8
    unit_of_measure: Enum8
    currency: U16
    trailing_digit: Bitmap8
    standing_charge: U32
    tier_block_mode: U8
    block_threshold_multiplier: U24
    block_threshold_divisor: U24


class PriceMatrixEntry(Layout, frozen=True):
    """The price of one tier, or of one block of a tier."""

    tier_block_id: U8
    price: U32


class PublishPriceMatrix(Command, frozen=True):
    """Prices of a tariff. Bit 0 of the control: the entries are tiers (time of use)."""

    provider_id: U32
    issuer_event_id: U32
    start_time: Utc
    issuer_tariff_id: U32
    command_index: U8
    total_commands: U8
    control: Bitmap8
    prices: ToEnd[PriceMatrixEntry]


class BlockThresholds(Layout, frozen=True):
    """The block thresholds of one tier: the tier in the high nibble, their number in the low one."""

    tier_and_count: Bitmap8
    thresholds: Annotated[tuple[U48, ...], CountIn("tier_and_count", 0x0F)]


class PublishBlockThresholds(Command, frozen=True):
    """Block thresholds of a tariff. Bit 0 of the control: they hold for all tiers."""

    provider_id: U32
    issuer_event_id: U32
    start_time: Utc
    issuer_tariff_id: U32
    command_index: U8
    total_commands: U8
    control: Bitmap8
    tiers: ToEnd[BlockThresholds]


class TierLabel(Layout, frozen=True):
    """The name of one tier."""

    tier: U8
    label: OctetString


class PublishTierLabels(Command, frozen=True):
    """Names of a tariff's tiers."""

    provider_id: U32
    issuer_event_id: U32
    issuer_tariff_id: U32
    command_index: U8
    total_commands: U8
    labels: Counted[TierLabel]


class PublishBillingPeriod(Command, frozen=True):
    """The period that a bill is made for."""

    provider_id: U32
    issuer_event_id: U32
    start_time: Utc
    duration: U24
    duration_type: Bitmap8
    tariff_type: Bitmap8


class PublishConsolidatedBill(Command, frozen=True):
    """What a billing period has cost."""

    provider_id: U32
    issuer_event_id: U32
    start_time: Utc
    duration: U24
    duration_type: Bitmap8
    tariff_type: Bitmap8
    consolidated_bill: U32
    currency: U16
    trailing_digit: Bitmap8


class CancelTariff(Command, frozen=True):
    """A tariff is void."""

    provider_id: U32
    issuer_tariff_id: U32
    tariff_type: Bitmap8


def _tier_and_block(tier: int, block: int) -> str:
    return f"{f'Tier{tier}' if tier else 'NoTier'}Block{block}"


PRICE: Final = Cluster(
    0x0700,
    "Price",
    to_server={
        0x00: GetCurrentPrice,
        0x01: GetScheduledPrices,
        0x02: PriceAcknowledgement,
        0x03: GetBlockPeriods,
        0x04: GetConversionFactor,
        0x05: GetCalorificValue,
        0x06: GetTariffInformation,
        0x07: GetPriceMatrix,
        0x08: GetBlockThresholds,
        0x0A: GetTierLabels,
        0x0B: GetBillingPeriod,
    },
    to_client={
        0x00: PublishPrice,
        0x01: PublishBlockPeriod,
        0x02: PublishConversionFactor,
        0x03: PublishCalorificValue,
        0x04: PublishTariffInformation,
        0x05: PublishPriceMatrix,
        0x06: PublishBlockThresholds,
        0x08: PublishTierLabels,
        0x09: PublishBillingPeriod,
        0x0A: PublishConsolidatedBill,
        0x0E: CancelTariff,
    },
    attributes=(
        *(Attribute(tier - 1, f"Tier{tier}PriceLabel", OCTET_STRING) for tier in range(1, 49)),
        *(Attribute(0x0100 + block - 1, f"Block{block}Threshold", UINT48) for block in range(1, 16)),
        Attribute(0x0200, "StartOfBlockPeriod", UTC_TIME),
        Attribute(0x0202, "ThresholdMultiplier", UINT24),
        Attribute(0x0203, "ThresholdDivisor", UINT24),
        Attribute(0x0300, "CommodityType", ENUM8),
        Attribute(0x0301, "StandingCharge", UINT32),
        Attribute(0x0302, "ConversionFactor", UINT32),
        Attribute(0x0303, "ConversionFactorTrailingDigit", BITMAP8),
        Attribute(0x0304, "CalorificValue", UINT32),
        Attribute(0x0305, "CalorificValueUnit", ENUM8),
        Attribute(0x0306, "CalorificValueTrailingDigit", BITMAP8),
        *(
            Attribute(0x0400 + 16 * tier + block - 1, f"{_tier_and_block(tier, block)}Price", UINT32)
            for tier in range(16)
            for block in range(1, 17)
        ),
        Attribute(0x0615, "TariffUnitOfMeasure", ENUM8),
        Attribute(0x0616, "Currency", UINT16),
        Attribute(0x0617, "PriceTrailingDigit", BITMAP8),
    ),
)
