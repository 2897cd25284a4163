"""A PPMID's process shows its meter, sees what a Command has done, and is keyed at."""

from __future__ import annotations

import pytest

from tests.processes.conftest import MakeStreet

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]


def test_the_effect_of_a_command_is_evidence_where_nothing_else_comes_back(make_street: MakeStreet) -> None:
    street = make_street()
    street.start_all("--no-wan")
    street.until(lambda: street.log("ppmid", "displayed", "'electricity_supply': 'on'"), "a display")
    name = street.place(use="payment-mode", value="prepayment")
    delivery = street.until(
        lambda: found if "effect" in (found := street.delivery(name))["evidence"] else None,
        "evidence of the effect",
    )
    assert delivery["state"] == "received", "seen is not answered"
    assert "payment mode was credit, is prepayment" in delivery["reason"]
    (shown,) = street.log("ppmid", "displayed", "'electricity_payment_mode': 'prepayment'")[:1]
    assert shown["electricity_stale"] is False


def test_somebody_keys_in_at_the_ppmid(make_street: MakeStreet) -> None:
    street = make_street()
    street.start("dcc", "serve", "meter", "hub --no-wan", "ppmid --keypad")
    street.until(lambda: street.log("ppmid", "displayed", "'electricity_supply': 'on'"), "a display")
    ppmid = street.stops["ppmid"]
    ppmid.key_in("what is this")
    ppmid.key_in("top-up gas 73941656880950804484")
    ppmid.key_in("enable-supply")
    street.until(lambda: street.log("ppmid", "result", "enable-supply"), "what became of it")
    assert street.log("ppmid", "keypad", "a line begins with one of")
    assert street.log("ppmid", "result", "mistyped")
    assert "73941656880950804484" not in ppmid.log_text()
