"""What each service for gas becomes, from requests of our own making."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis.element import Element, element
from doorstep.duis.transform import ROWS, Known, candidates
from doorstep.errors import DoorstepError, EncodeError, Unsupported, XmlError
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.zigbee.clusters import calendar as c
from doorstep.zigbee.clusters import metering as m
from doorstep.zigbee.clusters import prepayment as p
from doorstep.zigbee.clusters import price as pr
from doorstep.zigbee.clusters.device_management import SetEventConfiguration, UpdateCin
from doorstep.zigbee.clusters.events import GetEventLog
from doorstep.zigbee.zcl import ReadAttributes
from tests.duis.transform_gas.bodies import (
    BLOCK_PRICES,
    BODIES,
    BROKER,
    METER,
    NOW,
    PROXY_BODIES,
    TIME_PRICES,
    USER,
    alerts,
    asked,
    billing,
    commands,
    debt,
    flow,
    leaves,
    log,
    made,
    payment_mode,
    period,
    prepayment,
    price,
    tariff,
)

CANCEL = "3000-12-31T00:00:00Z"
FUTURE = "2030-01-15T09:00:00Z"
AT = 948013200
GPF, GSME = DeviceType.GPF, DeviceType.GSME

GAS_ROWS = tuple(row for row in ROWS if row.device_type in (GSME, GPF))
BY_DEVICE = [
    *((GSME, name, body) for name, body in BODIES.items()),
    *((GPF, name, body) for name, body in PROXY_BODIES.items()),
]


def use_case_of(message: gbcs.Message) -> str:
    assert message.use_case is not None
    return message.use_case.name


class TestEveryRow:
    @pytest.mark.parametrize(("device", "use_case", "body"), BY_DEVICE, ids=lambda value: str(value)[:12])
    def test_a_request_becomes_a_message_that_reads_back(
        self, device: DeviceType, use_case: str, body: Element
    ) -> None:
        message = made(body, use_case, device)
        assert use_case_of(message) == use_case
        assert isinstance(message.payload, GbzPayload)
        assert [part.sequence for part in message.payload.components] == list(
            range(len(message.payload.components))
        )
        assert [part.last for part in message.payload.components][-1:] == [True]
        assert gbcs.decode(bytes(message)) == message

    def test_each_has_a_request_here(self) -> None:
        # Of two that have the same body, the DCC's knowledge of the Device decides.
        named = {*BODIES, *PROXY_BODIES, "GCS21k", "GCS21m"}
        assert {row.use_case.name for row in GAS_ROWS if row.use_case.payload is PayloadKind.GBZ} == named

    @pytest.mark.parametrize(
        ("use_case", "body"),
        [
            ("GCS21k", BODIES["GCS21d"]),
            ("GCS21m", BODIES["GCS21e"]),
            ("GCS25a", BODIES["GCS25"]),
            ("GCS60a", BODIES["GCS60"]),
        ],
    )
    def test_the_device_decides_between_two(self, use_case: str, body: Element) -> None:
        default, other = candidates(asked(body), Known(BROKER, device_type=GSME))
        assert (default.use_case.name, other.use_case.name) == (use_case_of(made(body)), use_case)
        assert use_case_of(made(body, use_case)) == use_case

    def test_an_electricity_meter_takes_none(self) -> None:
        known = Known(BROKER, device_type=DeviceType.ESME)
        for body in (tariff(by_block=True), prepayment(), alerts(x810E="W"), BODIES["GCS23"]):
            assert candidates(asked(body), known) == ()

    def test_the_broker_speaks_for_those_that_the_meter_does_not_know(self) -> None:
        header = made(BODIES["GCS31"]).header
        assert (header.business_originator_id, header.originator_counter) == (BROKER, 7)
        assert (header.supplementary_remote_party_id, header.supplementary_remote_party_counter) == (
            USER,
            1000,
        )

    def test_the_others_speak_for_themselves(self) -> None:
        header = made(BODIES["GCS32"]).header
        assert (header.business_originator_id, header.originator_counter) == (USER, 1000)
        assert header.business_target_id == METER
        assert header.supplementary_remote_party_id is None


class TestPayment:
    @pytest.mark.parametrize(
        ("use_case", "kind", "value"),
        [("GCS40a", 0, -23130), ("GCS40b", 1, 0), ("GCS40d", 2, 0), ("GCS40c", 3, 5)],
    )
    def test_a_balance_is_adjusted_or_reset(self, use_case: str, kind: int, value: int) -> None:
        assert commands(BODIES[use_case]) == (p.CreditAdjustment(NOW, 0, kind, value),)

    @pytest.mark.parametrize(
        ("disabled", "emergency", "control"),
        [(True, False, 0x0C97), (False, True, 0x0097), (False, False, 0x0897), (True, True, 0x0497)],
    )
    def test_prepayment_says_when_debt_is_collected(
        self, disabled: bool, emergency: bool, control: int
    ) -> None:
        body = payment_mode(disabled=disabled, emergency=emergency)
        assert commands(body) == (p.ChangePaymentMode(0, NOW, 0, control, -500),)

    @pytest.mark.parametrize(
        ("date", "time"), [(None, 0), (FUTURE, AT), (CANCEL, 0xFFFFFFFF)], ids=["now", "later", "never"]
    )
    def test_credit_leaves_the_threshold_as_it_is(self, date: str | None, time: int) -> None:
        execution = leaves(ExecutionDateTime=date) if date else ()
        body = element("UpdatePaymentMode", *execution, element("Credit"))
        assert commands(body) == (p.ChangePaymentMode(0, NOW, time, 0x0C94, -1),)

    def test_debts_are_added_to(self) -> None:
        body = debt(1000, -500, 100, 2500, (30, "DAILY"), (2, "HOURLY"))
        assert commands(body) == (
            p.ChangeDebt(NOW, b"", 1000, 0, 1, 0, 0, 1, 30, 0),
            p.ChangeDebt(NOW, b"", -500, 0, 3, 0, 0, 0, 2, 0),
            p.ChangeDebt(NOW, b"", 100, 1, 5, 0, 0, 1, 0, 2500),
        )

    @pytest.mark.parametrize(
        ("date", "activated", "published"),
        [(None, 0, 0), (FUTURE, AT, AT), (CANCEL, 0xFFFFFFFF, 0xFFFFFFFE)],
        ids=["now", "later", "never"],
    )
    def test_configuration(self, date: str | None, activated: int, published: int) -> None:
        message = made(prepayment(date))
        assert isinstance(message.payload, GbzPayload)
        assert [part.from_date_time for part in message.payload.components][:4] == [
            None,
            None,
            activated,
            None,
        ]
        week = (1,) * 7
        assert tuple(part.command for part in message.payload.components) == (
            p.EmergencyCreditSetup(NOW, activated, 10000000, 100001),
            p.SetOverallDebtCap(0, NOW, activated, 100000),
            p.SetLowCreditWarningLevel(5000000),
            p.SetMaximumCreditLimit(0, NOW, activated, 25000000, 25000001),
            c.PublishCalendar(0, NOW, NOW, published, 3, 0, b"", 1, 1, 1),
            c.PublishDayProfile(
                0, NOW, NOW, 1, 2, 0, 1, 3, (c.DayScheduleEntry(0, 1), c.DayScheduleEntry(510, 0))
            ),
            c.PublishWeekProfile(0, NOW, NOW, 1, *week),
            c.PublishSeasons(0, NOW, NOW, 0, 1, (c.Season(255, 3, 20, 255, 1),)),
            c.PublishSpecialDays(0, NOW, NOW, published, 3, 0, 0, 1, ()),
        )

    def test_a_top_up_carries_the_digits(self) -> None:
        assert commands(BODIES["CS01b"]) == (p.ConsumerTopUp(0, b"12345678901234567890"),)


class TestTariff:
    def test_by_block(self) -> None:
        found = commands(tariff(by_block=True, date=FUTURE))
        assert found[0] == c.PublishCalendar(0, NOW, NOW, AT, 0, 0, b"", 1, 1, 1)
        assert found[1] == c.PublishDayProfile(0, NOW, NOW, 1, 1, 0, 1, 0, (c.DayScheduleEntry(0, 0),))
        assert found[4] == c.PublishSpecialDays(
            0, NOW, NOW, AT, 0, 1, 0, 1, (c.SpecialDay(115, 12, 25, 5, 1),)
        )
        assert found[5:] == (
            pr.PublishTariffInformation(0, NOW, 1, AT, 0x10, b"", 0, 2, 0, 826, 0x50, 54794, 0xFF, 1, 1000),
            pr.PublishBlockThresholds(0, NOW, AT, 1, 0, 1, 1, (pr.BlockThresholds(2, (1000000, 2000000)),)),
            pr.PublishPriceMatrix(
                0,
                NOW,
                AT,
                1,
                0,
                1,
                0,
                (
                    pr.PriceMatrixEntry(0, 9600),
                    pr.PriceMatrixEntry(1, 10200),
                    pr.PriceMatrixEntry(2, 10750),
                ),
            ),
        )

    def test_by_time_of_use_there_are_no_thresholds(self) -> None:
        found = commands(tariff(by_block=False))
        assert found[1] == c.PublishDayProfile(0, NOW, NOW, 1, 1, 0, 1, 0, (c.DayScheduleEntry(0, 2),))
        assert found[5:] == (
            pr.PublishTariffInformation(0, NOW, 1, 0, 0x00, b"", 2, 0, 0, 826, 0x50, 54794, 0xFF, 1, 1000),
            pr.PublishPriceMatrix(
                0, NOW, 0, 1, 0, 1, 1, (pr.PriceMatrixEntry(1, 9600), pr.PriceMatrixEntry(2, 10200))
            ),
        )

    def test_prices_alone_are_cancelled_by_two_numbers(self) -> None:
        information, matrix = commands(price(BLOCK_PRICES, date=CANCEL, currency="ECB"))
        assert isinstance(information, pr.PublishTariffInformation)
        assert isinstance(matrix, pr.PublishPriceMatrix)
        assert (information.start_time, matrix.start_time) == (0xFFFFFFFF, 0xFFFFFFFE)
        assert (information.currency, information.number_of_block_thresholds) == (978, 2)

    def test_a_currency_that_is_none_is_refused(self) -> None:
        with pytest.raises(XmlError, match="GBP or ECB"):
            made(price(TIME_PRICES, currency="USD"))

    def test_more_than_a_price_matrix_holds_is_refused(self) -> None:
        dear = element("TOUTariff", element("TOUPrice", str(2**32), index=1))
        far = element("TOUTariff", element("TOUPrice", "1", index=256))
        for wrong in (dear, far):
            with pytest.raises(EncodeError):
                made(price(wrong))


class TestReadings:
    @pytest.mark.parametrize(
        ("use_case", "attributes"),
        [
            ("GCS13a", "0203 0103 0003 0000"),
            ("GCS13b", "0203 0103 0003 0007 0107 0207 0307"),
            ("GCS13c", "0203 0103 0003 0001 0201 0401 0601"),
            ("GCS33", "0502 1400"),
            ("GCS38", "0602"),
            ("GCS46", "0703"),
            ("GCS21j", "0000"),
        ],
    )
    def test_attributes(self, use_case: str, attributes: str) -> None:
        (command,) = commands(BODIES[use_case])
        assert isinstance(command, ReadAttributes)
        assert command.to_bytes() == bytes.fromhex(attributes)

    def test_the_two_identities_differ_in_the_hardware(self) -> None:
        with_hardware, _ = commands(BODIES["GCS21e"], "GCS21e")
        without, _ = commands(BODIES["GCS21e"], "GCS21m")
        assert with_hardware == ReadAttributes((4, 5, 3))
        assert without == ReadAttributes((4, 5))


class TestLogs:
    @pytest.mark.parametrize(
        ("use_case", "device", "session", "samples"),
        [("GCS17", GSME, 0, 49), ("GCS61", GPF, 1, 2), ("GCS18", GSME, 2, 241)],
    )
    def test_samples_are_counted_with_both_ends(
        self, use_case: str, device: DeviceType, session: int, samples: int
    ) -> None:
        body = {**BODIES, **PROXY_BODIES}[use_case]
        assert commands(body, device=device) == (m.GetSampledData(session, NOW - 86400, 0, samples),)

    def test_half_an_interval_has_no_sample(self) -> None:
        body = log("ReadActiveImportProfileData", "2015-01-01T00:00:00Z", "2015-01-01T00:59:59Z")
        assert commands(body) == (m.GetSampledData(0, NOW, 0, 2),)

    @pytest.mark.parametrize("start", ["2015-01-01T00:00:01Z", "2030-01-01T00:00:00Z"])
    def test_a_period_that_ends_before_it_starts_is_refused(self, start: str) -> None:
        with pytest.raises(XmlError, match="ends before it starts"):
            made(log("ReadActiveImportProfileData", start, "2015-01-01T00:00:00Z"))

    def test_a_period_of_more_samples_than_can_be_asked_for_is_refused(self) -> None:
        with pytest.raises(EncodeError, match="number_of_samples"):
            made(log("ReadActiveImportProfileData", end=CANCEL))

    def test_snapshots_are_asked_for_one_by_one(self) -> None:
        start, cause = NOW - 86400, 0x6008
        assert commands(BODIES["GCS15b"]) == (
            *(p.GetPrepaySnapshot(start, NOW, offset, cause) for offset in range(12)),
            *(m.GetSnapshot(start, NOW, offset, cause) for offset in range(12)),
        )
        assert commands(BODIES["GCS16a"]) == tuple(
            m.GetSnapshot(start, NOW, offset, 1) for offset in range(31)
        )

    def test_entries_may_have_no_end(self) -> None:
        body = log("RetrieveBillingDataLogPrepaymentCredits", end=CANCEL)
        assert commands(body) == (p.GetTopUpLog(0xFFFFFFFE, 5),)

    @pytest.mark.parametrize(("use_case", "control"), [("CS10a", 0x13), ("CS10b", 0x14)])
    def test_events(self, use_case: str, control: int) -> None:
        assert commands(BODIES[use_case]) == (GetEventLog(control, 0, NOW - 86400, NOW, 0, 0),)

    @pytest.mark.parametrize("device", [GSME, GPF])
    @pytest.mark.parametrize(("name", "control"), [("GSMEEvent", 0x13), ("GSMESecurity", 0x14)])
    def test_events_by_the_logs_other_names(self, name: str, control: int, device: DeviceType) -> None:
        body = element("ReadEventOrSecurityLog", period(), *leaves(LogToRead=name))
        assert commands(body, device=device) == (GetEventLog(control, 0, NOW - 86400, NOW, 0, 0),)

    def test_a_log_that_the_meter_does_not_have_is_refused(self) -> None:
        body = element("ReadEventOrSecurityLog", period(), *leaves(LogToRead="PowerEvent"))
        with pytest.raises(Unsupported, match="GSME"):
            made(body)


class TestConfiguration:
    def test_conversion(self) -> None:
        assert commands(BODIES["GCS23"]) == (
            pr.PublishConversionFactor(NOW, 0, 102264, 0x50),
            pr.PublishCalorificValue(NOW, 0, 395, 1, 0x10),
        )

    @pytest.mark.parametrize(
        ("periodicity", "duration", "unit", "use_case"),
        [
            ("Daily", 1, 0x21, "GCS25"),
            ("Weekly", 1, 0x22, "GCS25"),
            ("Monthly", 1, 0x23, "GCS25"),
            ("Quarterly", 3, 0x23, "GCS25a"),
            ("SixMonthly", 6, 0x23, "GCS25a"),
            ("Yearly", 12, 0x23, "GCS25a"),
        ],
    )
    def test_billing_calendar(self, periodicity: str, duration: int, unit: int, use_case: str) -> None:
        message = made(billing(periodicity))
        assert use_case_of(message) == use_case
        assert isinstance(message.payload, GbzPayload)
        bill, block = (part.command for part in message.payload.components)
        assert bill == pr.PublishBillingPeriod(0, NOW, 476064000, duration, unit, 0)
        assert block == pr.PublishBlockPeriod(0, NOW, 476064000, duration, 2, unit, 0, 1)

    @pytest.mark.parametrize(
        ("rate", "threshold", "divisor"),
        [
            ({"UncontrolledGasFlowRate": 6}, 6, 1),
            ({"UncontrolledGasFlowRateDecimal": "6.0001"}, 60001, 10000),
        ],
    )
    def test_flow(self, rate: dict[str, object], threshold: int, divisor: int) -> None:
        assert commands(flow("Locked", "Unchanged", **rate)) == (
            m.SetUncontrolledFlowThreshold(0, NOW, threshold, 1, 1, divisor, 60, 300),
            m.SetSupplyStatus(NOW, 0, 3, 0, 3),
        )

    def test_events_of_one_configuration_go_together(self) -> None:
        body = alerts(x810E="W", x8161="LA", x81AA="WHLA", x81BD="WLA", x81AB="WHLA", x8119="")
        assert commands(body) == tuple(
            SetEventConfiguration(NOW, 0, configuration, 0, events)
            for configuration, events in (
                (0x5B, (0x81AA, 0x81AB)),
                (0x08, (0x810E,)),
                (0x4B, (0x81BD,)),
                (0x00, (0x8119,)),
                (0x43, (0x8161,)),
            )
        )

    @pytest.mark.parametrize("settings", [{}, {"y810E": "W"}, {"x81": "W"}, {"x810E5": "W"}])
    def test_alerts_that_are_none_are_refused(self, settings: dict[str, str]) -> None:
        with pytest.raises(XmlError, match="GasSupplierAlertEventSettings"):
            made(alerts(**settings))

    def test_the_customer_identification_number_is_the_dccs(self) -> None:
        assert commands(BODIES["GCS36"]) == (UpdateCin(NOW, 0, 0, b"1234"),)


class TestSupply:
    @pytest.mark.parametrize(("use_case", "status"), [("GCS32", 0), ("GCS39", 1)])
    def test_the_valve(self, use_case: str, status: int) -> None:
        assert commands(BODIES[use_case]) == (m.ChangeSupply(0, NOW, 0, 0, status, 1),)


# -- hostile requests -----------------------------------------------------------------------------------

Change = Callable[[Element], Element]


def _spots(body: Element) -> Iterator[tuple[int, ...]]:
    """The ways down to every element of a body."""
    yield ()
    for index, child in enumerate(body.children):
        yield from ((index, *rest) for rest in _spots(child))


def _changed(body: Element, spot: tuple[int, ...], change: Change) -> Element:
    if not spot:
        return change(body)
    children = list(body.children)
    children[spot[0]] = _changed(children[spot[0]], spot[1:], change)
    return replace(body, children=tuple(children))


HOSTILE = st.sampled_from(
    ["", "-1", "0", "256", "65536", "4294967296", "9" * 49, "é", "x" * 300, "NaN", "9999-12-31T23:59:59Z"]
)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    HOSTILE.map(lambda value: lambda one: replace(one, text=value, children=())),
    st.just(lambda one: replace(one, text="", children=())),
    st.just(lambda one: replace(one, children=one.children[1:])),
    st.just(lambda one: replace(one, children=one.children * 40)),
    st.just(lambda one: replace(one, attributes=())),
    st.just(lambda one: replace(one, attributes=(("index", "-7"),))),
)


@given(st.data())
def test_a_request_that_is_wrong_somewhere_fails_as_it_should(data: st.DataObject) -> None:
    device, _, body = data.draw(st.sampled_from(BY_DEVICE))
    spot = data.draw(st.sampled_from(list(_spots(body))))
    wrong = _changed(body, spot, data.draw(CHANGES))
    try:
        message = made(wrong, device=device)
    except DoorstepError:
        return
    assert gbcs.decode(bytes(message)) == message


def test_a_clock_that_was_never_set_is_not_stamped() -> None:
    with pytest.raises(EncodeError, match="UTC time"):
        made(BODIES["GCS32"], clock=0)
