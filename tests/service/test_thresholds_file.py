"""Thresholds of anomaly detection in a file: read, or refused with the file's name and a reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.road.dcc.anomaly import Threshold, Thresholds, ValueLimit
from doorstep.service.thresholds_file import read_thresholds

TEXT = """
{"period": 3600000,
 "counts": [{"user": "D0-05-5E-00-0F-00-00-02", "srv": "7.2", "warning": 10, "quarantine": 50},
            {"srv": "7.2", "quarantine": 200}],
 "values": [{"srv": "7.12", "path": "RandomisedOffsetLimit", "above": 1000, "below": 0.5}]}
"""


def test_a_file_of_thresholds(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.json"
    path.write_text(TEXT)
    user = Eui.parse("D0-05-5E-00-0F-00-00-02")
    assert read_thresholds(path) == Thresholds(
        period=3_600_000,
        counts=(
            Threshold(user=user, srv="7.2", warning=10, quarantine=50),
            Threshold(srv="7.2", quarantine=200),
        ),
        values=(
            ValueLimit(srv="7.12", path="RandomisedOffsetLimit", above=Decimal(1000), below=Decimal("0.5")),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"other": 1}',
        '{"period": 1}',
        '{"period": "a"}',
        '{"counts": [{"quarantine": -1}]}',
        '{"counts": [{"user": "nobody"}]}',
        '{"counts": [{"user": 5}]}',
        '{"counts": [{"srv": "\udcff"}]}',
        '{"counts": [{"limit": 1}]}',
        '{"values": [{"srv": "7.12"}]}',
        '{"values": [{"srv": "7.12", "path": "a", "above": "many"}]}',
        " " * (1 << 20) + "{}",
    ],
)
def test_what_is_none_is_refused_with_the_file_s_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "thresholds.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match=r"thresholds\.json"):
        read_thresholds(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_thresholds(tmp_path / "none")
