"""The ZigBee clusters of an ESME: what displays of the home read of its registers, and may ask it to do.

:data:`ATTRIBUTES` maps each attribute to what it is made of, :data:`COMMANDS` each command to what it does.
Which registers hold the prices is read off the reference: object 19.20.4 the standing charge, object
19.20.0 the prices of the switching table, of which the first is shown as that in force (policy: the
switching table is kept but not read).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from doorstep.gbcs import utrn
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant, seconds_since_2000
from doorstep.road.device import AlertCode
from doorstep.road.device.clusters import Attr, named
from doorstep.road.device.objects import Place, Refused, Result, place
from doorstep.road.meter.electricity import prepayment
from doorstep.road.meter.electricity.methods import Caller
from doorstep.road.meter.electricity.prepayment import PaymentMode, payment_mode, standing
from doorstep.road.meter.electricity.readings import ACTIVE_EXPORT, ACTIVE_IMPORT, reading
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.electricity.supply import SUPPLY, Supply
from doorstep.road.meter.top_up import UNITS_PER_PENNY
from doorstep.zigbee.clusters import MESSAGING, METERING, PREPAYMENT, PRICE, TIME
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.messaging import UNTIL_CHANGED, DisplayMessage, GetLastMessage
from doorstep.zigbee.clusters.metering import LocalChangeSupply, SupplyStatus
from doorstep.zigbee.clusters.prepayment import (
    ConsumerTopUp,
    ConsumerTopUpResponse,
    PaymentControl,
    SelectAvailableEmergencyCredit,
    TopUpResult,
)
from doorstep.zigbee.clusters.price import POUNDS, GetCurrentPrice, PublishPrice
from doorstep.zigbee.clusters.time import TimeStatus
from doorstep.zigbee.types import Value

__all__ = ["ATTRIBUTES", "CLUSTERS", "COMMANDS", "Asked", "Reply"]

CLUSTERS: Final[Mapping[int, Cluster]] = MappingProxyType(
    {cluster.id: cluster for cluster in (TIME, PRICE, METERING, MESSAGING, PREPAYMENT)}
)
"""The clusters, by identifier."""


# -- attributes --------------------------------------------------------------------------------------

Source = Callable[[State, Instant], Value]


def _register(text: str) -> Source:
    where = place(text)
    return lambda state, _now: state.number(where)


def _read(where: Place) -> Source:
    """A register of energy, which a display reads as it is now."""
    return lambda state, now: reading(state, where, now).value  # type: ignore[return-value]  # It is a number.


def _unsigned(text: str) -> Source:
    """A register of signed type as an attribute that has no sign: what is below zero is nothing."""
    where = place(text)
    return lambda state, _now: max(0, state.amount(where))


def _constant(value: Value) -> Source:
    return lambda _state, _now: value


def _payment_control(state: State, _now: Instant) -> int:
    fitted = PaymentControl.CONTACTOR_FITTED | PaymentControl.CREDIT_DISPLAY | PaymentControl.DEBT
    prepaid = payment_mode(state) is PaymentMode.PREPAYMENT
    return fitted | (PaymentControl.PREPAYMENT if prepaid else PaymentControl.CREDIT_MANAGEMENT)


def _debt(state: State, _now: Instant) -> int:
    return min(_MOST_DEBT, max(-_MOST_DEBT, sum(state.number(debt) for debt in _DEBTS)))


def _supply(state: State, _now: Instant) -> int:
    return _SUPPLY_STATUS[Supply(state.number(SUPPLY))]


def _scale(state: State, _now: Instant) -> int:
    """The decimal places of prices and standing charge, as the high nibble of a trailing digit."""
    return _price_of(state, _PRICES).digits << 4


_MOST_DEBT: Final = 0x7FFFFFFF
_DEBTS: Final = tuple(place(f"113 0-0:19.20.{debt}.255 12") for debt in (1, 2, 3))
_STANDING_CHARGE: Final = place("113 0-0:19.20.4.255 5")
_PRICES: Final = place("113 0-0:19.20.0.255 5")
_SUPPLY_STATUS: Final = MappingProxyType(
    {
        Supply.DISABLED: SupplyStatus.OFF,
        Supply.ENABLED: SupplyStatus.ON,
        Supply.ARMED: SupplyStatus.OFF_ARMED,
    }
)


class _UnitCharge(Struct, frozen=True):
    """A price as a unit charge holds it: a number, and how many decimal places of a pound it has."""

    number: int
    digits: int


def _price_of(state: State, where: Place) -> _UnitCharge:
    """The first price of a unit charge; its scaling is a power of ten of pounds, so below zero."""
    scaling, _commodity, table = _parts(state.value(where))
    _commodity_scale, scale = _parts(scaling)
    digits = -scale.value if isinstance(scale.value, int) and -15 <= scale.value <= 0 else 0
    entries = _parts(table)
    number = _parts(entries[0])[1].value if entries else 0
    return _UnitCharge(max(0, number) if isinstance(number, int) else 0, digits)


def _parts(data: Data) -> tuple[Data, ...]:
    assert isinstance(data.value, tuple), "a register's type says that it has parts"
    return data.value


def _charge(where: Place) -> Source:
    return lambda state, _now: _price_of(state, where).number


def _of(cluster: Cluster, rows: Mapping[str, Source]) -> dict[Attr, Source]:
    return {named(cluster, name): source for name, source in rows.items()}


ATTRIBUTES: Final[Mapping[Attr, Source]] = MappingProxyType(
    _of(
        PREPAYMENT,
        {
            "PaymentControlConfiguration": _payment_control,
            "CreditRemaining": _register("112 0-0:19.10.0.255 2"),
            "EmergencyCreditRemaining": _register("112 0-0:19.10.1.255 2"),
            "CreditStatus": lambda state, _now: standing(state).status,
            "AccumulatedDebt": _debt,
            "EmergencyCreditLimit": _unsigned("112 0-0:19.10.1.255 9"),
            "EmergencyCreditThreshold": _unsigned("112 0-0:19.10.1.255 10"),
            "MaximumCreditLimit": _unsigned("9000 0-0:94.44.2.20 2"),
            "MaximumCreditPerTopUp": _unsigned("9000 0-0:94.44.2.10 2"),
            "LowCreditWarningLevel": _unsigned("111 0-0:19.0.0.255 16"),
            "CutOffValue": lambda state, _now: state.amount(prepayment.DISABLEMENT),
            **{f"DebtAmount{debt}": _unsigned(f"113 0-0:19.20.{debt}.255 12") for debt in (1, 2, 3)},
        },
    )
    | _of(
        METERING,
        {
            "CurrentSummationDelivered": _read(ACTIVE_IMPORT),
            "CurrentSummationReceived": _read(ACTIVE_EXPORT),
            "SupplyStatus": _supply,
            "Status": _constant(0),
            "UnitOfMeasure": _constant(0),
            "Multiplier": _constant(1),
            "Divisor": _constant(1000),
            "MeteringDeviceType": _constant(0),
            "TariffLabel": _constant(b""),
        },
    )
    | _of(
        PRICE,
        {
            "StandingCharge": _charge(_STANDING_CHARGE),
            "Tier1Block1Price": _charge(_PRICES),
            "TariffUnitOfMeasure": _constant(0),
            "Currency": _constant(POUNDS),
            "PriceTrailingDigit": _scale,
        },
    )
    | _of(
        TIME,
        {
            "Time": lambda _state, now: seconds_since_2000(now),
            "TimeStatus": _constant(TimeStatus.SYNCHRONISED),
        },
    )
)
"""Every attribute, and what its value is made of."""


# -- commands ----------------------------------------------------------------------------------------


class Asked(Struct, frozen=True):
    """One command of a Device of the home, and the circumstances."""

    command: Any
    caller: Caller
    now: Instant


class Reply(Struct, frozen=True):
    """What follows from a command: the state, and what answers it if not a Default Response.

    ``code`` is the event code of a change that someone in the home has made, 0 for a mere question;
    ``refused`` is why it was not made.
    """

    state: State
    answer: Command | None = None
    code: int = 0
    refused: Refused | None = None


_TOP_UP, _EMERGENCY_CREDIT, _ENABLE = 0x0116, 0x0117, 0x0118
"""The codes of PECS01 to PECS03, which only logs carry."""

_REJECTED: Final[Mapping[int | None, TopUpResult]] = MappingProxyType(
    {
        AlertCode.DUPLICATE_UTRN: TopUpResult.REJECTED_DUPLICATE,
        AlertCode.CREDIT_WOULD_EXCEED: TopUpResult.REJECTED_VALUE_TOO_LARGE,
        AlertCode.BALANCE_WOULD_EXCEED: TopUpResult.REJECTED_MAXIMUM_CREDIT,
    }
)
_ACCEPTED: Final = MappingProxyType(
    {
        Supply.ENABLED: TopUpResult.ACCEPTED,
        Supply.DISABLED: TopUpResult.ACCEPTED_SUPPLY_DISABLED,
        Supply.ARMED: TopUpResult.ACCEPTED_SUPPLY_ARMED,
    }
)


def _top_up(state: State, asked: Asked) -> Reply:
    """PECS01: a UTRN that someone has keyed in at a display."""
    command: ConsumerTopUp = asked.command
    code = command.top_up_code or b""
    source = command.originating_device
    try:
        after = prepayment.top_up(
            state, Data(Tag.OCTET_STRING, code), asked.caller.keys, asked.caller.device, asked.caller.counter
        )
    except Refused as refused:
        result = _REJECTED.get(refused.alert, TopUpResult.REJECTED_INVALID)
        return Reply(state, ConsumerTopUpResponse(result, -1, source, -1), _TOP_UP, refused)
    value = utrn.parse(code.decode()).pence * UNITS_PER_PENNY
    balance, supply = after.number(prepayment.BALANCE), Supply(after.number(SUPPLY))
    return Reply(after, ConsumerTopUpResponse(_ACCEPTED[supply], value, source, balance), _TOP_UP)


def _emergency_credit(state: State, _asked: Asked) -> Reply:
    """PECS02: emergency credit is in use afterwards."""
    try:
        return Reply(prepayment.activate_emergency_credit(state), code=_EMERGENCY_CREDIT)
    except Refused as refused:
        return Reply(state, code=_EMERGENCY_CREDIT, refused=refused)


def _change_supply(state: State, asked: Asked) -> Reply:
    """PECS03: a supply that is armed is turned on, unless credit is still below the disablement threshold."""
    why = ""
    if asked.command.supply_status != SupplyStatus.ON:
        why = "a display may turn the supply on and nothing else"
    elif state.number(SUPPLY) != Supply.ARMED:
        why = "the supply is not armed"
    elif standing(state).is_exhausted:
        why = "credit is below the disablement threshold"
    if why:
        return Reply(state, code=_ENABLE, refused=Refused(Result.OTHER_REASON, why))
    return Reply(state.with_number(SUPPLY, Supply.ENABLED), code=_ENABLE)


def _current_price(state: State, asked: Asked) -> Reply:
    """The first price of the switching table; none before a tariff was set."""
    price = _price_of(state, _PRICES)
    if not _parts(_parts(state.value(_PRICES))[2]):
        return Reply(state, refused=Refused(Result.OTHER_REASON, "no tariff was set"))
    now = seconds_since_2000(asked.now)
    published = PublishPrice(
        provider_id=0,
        rate_label=b"",
        issuer_event_id=now,
        current_time=now,
        unit_of_measure=0,
        currency=POUNDS,
        trailing_digit_and_tier=price.digits << 4 | 1,
        number_of_tiers_and_register_tier=0x11,
        start_time=0,
        duration=UNTIL_CHANGED,
        price=price.number,
    )
    return Reply(state, published)


def _last_message(state: State, _asked: Asked) -> Reply:
    """The message that ECS10 has sent; it stays until another takes its place."""
    text = state.value(_MESSAGE).value
    if not isinstance(text, bytes) or not text:
        return Reply(state, refused=Refused(Result.OTHER_REASON, "there is no message"))
    return Reply(state, DisplayMessage(0, 0, 0, UNTIL_CHANGED, text[:_LONGEST]))


_MESSAGE: Final = place("1 0-2:96.13.1.255 2")
_LONGEST: Final = 254
"""The most bytes of text that a frame holds."""

COMMANDS: Final[Mapping[type[Command], Callable[[State, Asked], Reply]]] = MappingProxyType(
    {
        ConsumerTopUp: _top_up,
        SelectAvailableEmergencyCredit: _emergency_credit,
        LocalChangeSupply: _change_supply,
        GetCurrentPrice: _current_price,
        GetLastMessage: _last_message,
    }
)
"""Every command, by its layout."""
