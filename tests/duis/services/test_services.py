"""The typed API: every service has a request that is valid, and what is asked for stands in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from doorstep.duis import bodies, services
from doorstep.duis.catalogue import VARIANTS, of_body
from doorstep.duis.element import Element
from doorstep.duis.request import build_request, parse_request, service_request
from doorstep.duis.request_id import RequestId
from doorstep.duis.services import (
    CalendarDate,
    Debt,
    MonthEnd,
    PaymentMode,
    Period,
    Reading,
    Recovery,
    Replacement,
    TimeOfUsePrices,
)
from doorstep.errors import EncodeError, Unsupported
from tests.duis.services.examples import DISPLAY, GAS_CALENDAR, LATER, METER, NOW, USER, examples
from tests.reference import shared

EXAMPLES = list(examples())
A_FLOAT: Any = 1.5
VAST = Decimal("1E999999")
LONG = Decimal("1.0000000000000000000000000001")


def test_there_is_an_example_of_every_service() -> None:
    assert {of_body(body.name).srv for body in EXAMPLES} == VARIANTS.keys()


@pytest.mark.parametrize("body", EXAMPLES, ids=lambda body: of_body(body.name).srv)
def test_every_request_is_valid(schema: etree.XMLSchema, body: Element) -> None:
    row = of_body(body.name)
    request = service_request(RequestId(USER, METER, 1000), row.command_variants[0], body)
    document = build_request(request)
    assert schema.validate(etree.fromstring(document)), schema.error_log
    assert parse_request(document) == request


def plain(body: Element) -> Any:
    return bodies.read(body, bodies.BODIES[body.name])


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "ECS01b_1.2.1_IMMEDIATE_TOU_SUCCESS",
            services.update_price(
                20, TimeOfUsePrices((Decimal("3.221"), Decimal("4.327"), Decimal("5.744")))
            ),
        ),
        (
            "ECS01b_1.2.1_CANCELLATION_TOU_BLOCK_SUCCESS",
            services.update_price(
                20,
                services.HybridPrices(
                    services.BlockPrices(
                        (
                            (Decimal("3.289"), Decimal("4.546")),
                            (Decimal("5.002"), Decimal("7.969")),
                        )
                    ),
                    TimeOfUsePrices((Decimal("3.121"),)),
                ),
                services.CANCEL,
            ),
        ),
        (
            "GCS01b_1.2.1_IMMEDIATE_TOU_SUCCESS",
            services.update_gas_price(
                Decimal("22.465"),
                TimeOfUsePrices((Decimal("9.6"), Decimal("10.2"), Decimal("10.75"), Decimal(11))),
            ),
        ),
        ("ECS04a_1.5_SUCCESS", services.adjust_balance(PaymentMode.PREPAYMENT, 1200)),
    ],
)
def test_it_says_what_the_reference_request_says(name: str, body: Element) -> None:
    reference = parse_request(shared(f"rtds/requests/{name}_REQUEST_DUIS.XML").read_bytes())
    assert plain(body) == plain(reference.body)


# -- money ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "scale", "numbers"),
    [
        ((20,), -5, [20_000]),
        ((Decimal("32.767"),), -5, [32_767]),
        ((-1, 0), -5, [-1000, 0]),
        ((150,), -1, [15]),
        ((Decimal("32.77"), 100), -4, [3277, 10_000]),
        ((Decimal("0.0001"), Decimal("1.5")), -6, [1, 15_000]),
    ],
)
def test_prices_share_a_scale(prices: tuple[services.Pence, ...], scale: int, numbers: list[int]) -> None:
    values = plain(services.update_secondary_price(TimeOfUsePrices(prices)))["PriceElements"]
    assert values["PriceScale"] == scale
    assert [price["value"] for price in values["ElectricityPriceElement"]] == numbers


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: services.adjust_balance(PaymentMode.CREDIT, Decimal("0.0001")), "whole thousandths"),
        (lambda: services.adjust_balance(PaymentMode.CREDIT, A_FLOAT), "an int or a Decimal, not a float"),
        (lambda: services.adjust_balance(PaymentMode.CREDIT, True), "an int or a Decimal, not a bool"),
        (lambda: services.adjust_balance(PaymentMode.CREDIT, Decimal("NaN")), "NaN is not an amount"),
        (
            lambda: services.adjust_balance(PaymentMode.CREDIT, VAST),
            "1E\\+999999 has more digits",
        ),
        (lambda: services.adjust_balance(PaymentMode.CREDIT, 10**5000), "10{39} has more digits"),
        (lambda: services.update_price(Decimal("1E-999999"), TimeOfUsePrices((1,))), "has more digits"),
        (lambda: services.update_price(1, TimeOfUsePrices((1, VAST))), "has more digits"),
        (
            lambda: services.update_price(1, TimeOfUsePrices((Decimal("1.0000000000000000000000000001"),))),
            "more",
        ),
        (lambda: services.adjust_balance(PaymentMode.CREDIT, 10**9), "is not from -2147483648 to 2147483647"),
        (
            lambda: services.update_secondary_price(TimeOfUsePrices((Decimal("0.001"), 100))),
            "0.001, 100 have no scale in common",
        ),
        (lambda: services.update_secondary_price(TimeOfUsePrices(())), "0 of them are not 1 to 4"),
        (lambda: services.update_secondary_price(TimeOfUsePrices((1,) * 5)), "5 of them are not 1 to 4"),
    ],
)
def test_amounts_that_cannot_be_said(make: Callable[[], Element], said: str) -> None:
    with pytest.raises(EncodeError, match=said):
        make()


def test_a_rate_of_recovery_is_scaled_as_a_price_is() -> None:
    debt = Debt(recovery_1=Recovery(30, Period.DAILY), recovery_2=Recovery(150, Period.HOURLY))
    values = plain(services.update_debt(debt))
    assert values["ElecDebtRecovery1"]["DebtRecoveryRate"] == 30_000
    assert values["ElecDebtRecovery1"]["DebtRecoveryRatePriceScale"] == -5
    assert values["ElecDebtRecovery2"]["DebtRecoveryRate"] == 15
    assert values["ElecDebtRecovery2"]["DebtRecoveryRatePriceScale"] == -1
    assert plain(services.update_gas_debt(debt))["GasDebtRecovery2"]["DebtRecoveryRate"] == 150_000


# -- what does not fit ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: services.top_up("1234"), "TopUpDevice/UTRN"),
        (lambda: services.display_message("£5 left"), "DisplayMessage/SupplierMessage"),
        (lambda: services.read(Reading.TARIFF, LATER), "ReadTariffPrimaryElement/ExecutionDateTime"),
        (lambda: services.read(Reading.BALANCE, datetime(2026, 1, 1)), "ReadMeterBalance/ExecutionDateTime"),
        (
            lambda: services.read_log(services.Log.DEBT_PAYMENTS, NOW, LATER, certificate=b""),
            "RetrieveBillingDataLogDebtPayments/KAPublicSecurityCredentials",
        ),
        (lambda: services.activate_load(6, 1), "ActivateAuxiliaryLoad/ActivateALCSHCALCS/@index"),
        (
            lambda: services.set_randomised_offset_limit(timedelta(seconds=1800)),
            "SetRandomisedOffsetLimit/Ra",
        ),
        (lambda: services.set_randomised_offset_limit(timedelta(milliseconds=1)), "Period"),
        (
            lambda: services.retrieve_party_credentials(),
            "RetrieveDeviceSecurityCredentialsKRP/RemotePartyRole",
        ),
        (lambda: services.read_inventory(), "ReadInventory"),
        (lambda: services.read_inventory(device=METER, uprn=1), "ReadInventory"),
        (lambda: services.activate_firmware(bytes(31)), "ActivateFirmware/FirmwareHash"),
        (
            lambda: services.change_of_supplier("1", Replacement(path=(b"",)), floor=0),
            "UpdateSecurityCredentialsCoS/SupplierReplacementCertificates",
        ),
        (
            lambda: services.add_to_hub(DISPLAY, bytes(17)),
            "UpdateHANDeviceLog/AddDeviceToCHFWhitelist/Install",
        ),
        (
            lambda: services.update_gas_tariff(GAS_CALENDAR, 1, services.BlockPrices(((1, 2, 3, 4, 5),))),
            "UpdateImportTariffPrimaryElement/PriceElements/GasPriceElements/BlockTariff/BlockPrice",
        ),
    ],
)
def test_what_does_not_fit_is_named(make: Callable[[], Element], path: str) -> None:
    with pytest.raises(EncodeError) as refused:
        make()
    assert refused.value.field.startswith(path)


def test_gas_has_no_last_day_of_the_month() -> None:
    assert CalendarDate(day=MonthEnd.LAST).values()["DayOfMonth"] == {"LastDayOfMonth": {}}
    season = services.Season(CalendarDate(day=MonthEnd.LAST), 1)
    calendar = services.GasCalendar((services.GasDay(1),), GAS_CALENDAR.weeks, (season,))
    with pytest.raises(EncodeError, match="SpecifiedDayOfMonth: a MonthEnd is not a number"):
        services.update_gas_tariff(calendar, 1, TimeOfUsePrices((1,)))


def test_a_service_that_does_not_exist() -> None:
    with pytest.raises(Unsupported, match=r"'9\.9' is not a Service Reference Variant"):
        services.build("9.9", {})
