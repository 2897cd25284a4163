"""What a radio may be told, and that its secrets do not show."""

from __future__ import annotations

import pytest
from msgspec import structs

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.road.han.config import Admission, HanConfig, HanPolicy, Network, Role
from doorstep.road.han.events import Permit

HUB = Eui.parse("D0-05-5E-01-00-01-00-6F")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
SEED = bytes(range(32))
KEY = bytes(range(0x40, 0x50))
NETWORK = Network(0x1A62, HUB, KEY)


def test_a_coordinator_has_a_network_and_a_device_an_install_code() -> None:
    HanConfig(eui=HUB, role=Role.COORDINATOR, seed=SEED, network=NETWORK)
    HanConfig(eui=METER, role=Role.ROUTER, seed=SEED, link_key=KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": Role.COORDINATOR, "seed": SEED},
        {"role": Role.COORDINATOR, "seed": SEED, "network": NETWORK, "link_key": KEY},
        {"role": Role.ROUTER, "seed": SEED},
        {"role": Role.SLEEPY, "seed": SEED, "link_key": KEY, "network": NETWORK},
        {"role": Role.ROUTER, "seed": SEED[1:], "link_key": KEY},
        {"role": Role.ROUTER, "seed": SEED, "link_key": KEY[1:]},
    ],
)
def test_a_radio_that_has_not_what_its_role_needs_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        HanConfig(eui=HUB, **wrong)  # type: ignore[arg-type]  # Wrong on purpose.


@pytest.mark.parametrize(
    "wrong", [{"pan": 0}, {"pan": 0xFFFF}, {"channel": 10}, {"key": KEY + b"\0"}, {"key_sequence": 256}]
)
def test_a_network_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        structs.replace(NETWORK, **wrong)


def test_a_policy_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="poll"):
        HanPolicy(poll=0)


def test_no_secret_shows() -> None:
    values = (
        HanConfig(eui=HUB, role=Role.COORDINATOR, seed=SEED, network=NETWORK),
        Admission(METER, KEY),
        Permit(METER, KEY),
    )
    for value in values:
        assert "secret octets" in repr(value)
        assert repr(KEY)[2:-1] not in repr(value)
        assert repr(SEED)[2:-1] not in repr(value)
