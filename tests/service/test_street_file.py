"""``street.toml``, read, written and wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.service.street_file import parse_street, read_street, render_street
from doorstep.street import DEVICE_TYPES, Firmware, HomePlan, StreetPlan

PARTIES = """
[parties]
supplier = "00-00-00-00-00-00-00-0A"
network_operator = "00-00-00-00-00-00-00-0B"
dcc = "000000000000000c"
"""

STREET = f"""
# A street by hand.
{PARTIES}
[[home]]
name = "end house"
chf = "00-00-00-00-00-00-00-01"
esme = "00-00-00-00-00-00-00-02"
firmware = "old"
relay = false
response_copy = true

[[home]]
name = "caravan"
"""


def eui(last: int) -> Eui:
    return Eui(bytes(7) + bytes((last,)))


def test_by_hand() -> None:
    assert parse_street(STREET) == StreetPlan(
        eui(0x0A),
        eui(0x0B),
        eui(0x0C),
        (
            HomePlan("end house", ((eui(2), "ESME"), (eui(1), "CHF")), Firmware.OLD, False, True),
            HomePlan("caravan", (), Firmware.CURRENT, True, False),
        ),
    )


def test_all_parties_may_be_named() -> None:
    plan = parse_street(f'{PARTIES}recovery = "00-00-00-00-00-00-00-0D"\n')
    assert plan.recovery == eui(0x0D)
    assert str(plan.wan_provider) == "D0-05-5E-00-0F-00-00-06"


def test_as_written() -> None:
    home = HomePlan('the "Old" forge', ((eui(2), "GSME"),), Firmware.OLD)
    plan = StreetPlan(eui(10), eui(11), eui(12), (home,), eui(13), eui(14), eui(15))
    assert render_street(plan).splitlines() == [
        "[parties]",
        'supplier = "00-00-00-00-00-00-00-0A"',
        'network_operator = "00-00-00-00-00-00-00-0B"',
        'dcc = "00-00-00-00-00-00-00-0C"',
        'recovery = "00-00-00-00-00-00-00-0D"',
        'transitional_cos = "00-00-00-00-00-00-00-0E"',
        'wan_provider = "00-00-00-00-00-00-00-0F"',
        "",
        "[[home]]",
        'name = "the \\"Old\\" forge"',
        'gsme = "00-00-00-00-00-00-00-02"',
        'firmware = "old"',
        "relay = true",
        "response_copy = false",
    ]


@st.composite
def plans(draw: st.DrawFn) -> StreetPlan:
    """Streets of any parties, home names and mixes of Devices."""
    names = draw(st.lists(st.text(min_size=1, max_size=64).filter(str.isprintable), max_size=3, unique=True))
    numbers = draw(st.permutations(range(6 + 6 * len(names))))
    pool = [Eui(number.to_bytes(8, "little")) for number in numbers]
    homes = []
    for name in names:
        # In the order of the file, since TOML's tables have none.
        kinds = [kind for kind in DEVICE_TYPES if draw(st.booleans())]
        devices = tuple((pool.pop(), kind) for kind in kinds)
        firmware = draw(st.sampled_from(Firmware))
        able = [kind for kind in kinds if kind not in ("CHF", "GPF")]
        later = tuple(draw(st.lists(st.sampled_from(able), unique=True))) if able else ()
        homes.append(HomePlan(name, devices, firmware, draw(st.booleans()), draw(st.booleans()), later))
    parties = ("supplier", "network_operator", "dcc", "recovery", "transitional_cos", "wan_provider")
    return StreetPlan(homes=tuple(homes), **{party: pool.pop() for party in parties})


@given(plans())
def test_what_is_written_reads_back(plan: StreetPlan) -> None:
    assert parse_street(render_street(plan)) == plan


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing required field `parties`"),
        ("[parties", "at end of document"),
        ("x = = 1", "line 1, column 5"),
        ('[parties]\nsupplier = "00-00-00-00-00-00-00-0A"', "missing required field `network_operator`"),
        (PARTIES.replace("0A", "0"), r"not an Entity Identifier .*\$.parties.supplier"),
        (PARTIES.replace('"00-00-00-00-00-00-00-0A"', "10"), r"is text .*\$.parties.supplier"),
        (PARTIES.replace("0B", "0A"), "00-00-00-00-00-00-00-0A names two"),
        (f'{PARTIES}king = "00-00-00-00-00-00-00-0D"', "unknown field `king`"),
        (f"{PARTIES}[[home]]\n", r"missing required field `name` - at `\$.home\[0\]`"),
        (f'{PARTIES}[home]\nname = "x"', r"Expected `array`, got `object` - at `\$.home`"),
        (f"{PARTIES}[[home]]\nname = 5", "Expected `str`, got `int`"),
        (f'{PARTIES}[[home]]\nname = ""', "1 to 64 printable"),
        (f'{PARTIES}[[home]]\nname = "x"\ntoaster = true', "unknown field `toaster`"),
        (f'{PARTIES}[[home]]\nname = "x"\nfirmware = "new"', "Invalid enum value 'new'"),
        (f'{PARTIES}[[home]]\nname = "x"\nrelay = "yes"', "Expected `bool`, got `str`"),
        (f"{PARTIES}[[home]]\nname = {'[' * 5000}", "nested|recursion"),
        (f"{PARTIES}[[home]]\nname = {'1' * 5000}", "digits"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_street(text)


@given(st.text())
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    with pytest.raises(UsageError):
        parse_street(text)


class TestFile:
    def test_read(self, tmp_path: Path) -> None:
        (tmp_path / "street.toml").write_text(STREET)
        assert read_street(tmp_path) == parse_street(STREET)

    @pytest.mark.parametrize(
        ("data", "why"),
        [(b"\xff", "not UTF-8 at byte 0"), (b"= 1", "line 1"), (b"#" * 0x2000001, "more than")],
    )
    def test_wrong_files_are_named(self, tmp_path: Path, data: bytes, why: str) -> None:
        (tmp_path / "street.toml").write_bytes(data)
        with pytest.raises(UsageError, match=f"{tmp_path}/street.toml: .*{why}"):
            read_street(tmp_path)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"street\.toml: No such file"):
            read_street(tmp_path)
