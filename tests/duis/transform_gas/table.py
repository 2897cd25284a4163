"""The open requests for gas, and what of their reference Commands the transform makes of them.

Run as a script it prints a table by Service Request Variant::

    python -m tests.duis.transform_gas.table
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from doorstep import gbcs
from doorstep.duis.request import parse_request
from doorstep.duis.transform import Known, transform
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.times import from_iso
from doorstep.gbcs.usecases import DeviceType
from tests.reference import hex_file, manifest, shared

BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
CLOCK = from_iso("2015-01-01T00:00:00Z")
TARGETS = {"00db1234567890a1": DeviceType.GSME, "00db1234567890a3": DeviceType.GPF}

# Commands that were not made of the request of their name, as the reference set's own notes say.
DISAGREEING = {
    "GCS09_3.2_SUCCESS": "the Command has another date",
    "GCS15c_4.4.3_SUCCESS": "the Command has another period",
    "GCS16b_4.14_URP_SUCCESS": "the Command has another start of the period",
    "GCS18_4.10_SUCCESS": "the Command asks from the beginning of time",
    "GCS61_4.17_SUCCESS": "the Command has another period and number of samples",
}


class Case(NamedTuple):
    """A request, the use case that its file's name says, and its reference message."""

    srv: str
    use_case: str
    scenario: str
    device_type: DeviceType
    request: str
    message: str

    def expected(self) -> Message:
        return gbcs.decode(hex_file(shared(f"rtds/{self.message}")))

    def made(self) -> Message:
        """What the transform makes of the request; raises :class:`DoorstepError` where there is no way."""
        command = self.expected()
        known = Known(
            BROKER,
            broker_counter=command.header.originator_counter,
            device_type=self.device_type,
            use_cases=frozenset({self.use_case}),
            clock=CLOCK,
        )
        return transform(parse_request(shared(f"rtds/{self.request}").read_bytes()), known)

    def result(self) -> str:
        """Nothing where the bytes agree, else what is wrong."""
        try:
            made = self.made()
        except DoorstepError as error:
            return f"{type(error).__name__}: {error}"
        return "" if bytes(made) == self.expected().grouped else "other bytes"


def cases() -> Iterator[Case]:
    """Every open request whose reference Command has a GBZ payload and a header that follows from it."""
    seen = set()
    for row in manifest():
        exact = row["duis_header_match"] in ("exact", "exact-via-supplementary")
        if row["payload_kind"] != "GBZ" or not exact or row["duis_template"] in seen:
            continue
        seen.add(row["duis_template"])
        yield Case(
            row["srv"],
            row["use_case"],
            row["scenario"],
            TARGETS[row["recipient_eui"]],
            row["duis_template"],
            row["path"],
        )


def _order(case: Case) -> tuple[int, ...]:
    return tuple(map(int, case.srv.split(".")))


def main() -> None:
    total = matched = 0
    for srv, group in groupby(sorted(cases(), key=_order), key=lambda case: case.srv):
        results = {case.scenario: case.result() for case in group}
        good = sum(not result for result in results.values())
        total, matched = total + len(results), matched + good
        print(f"{srv:8}{good:3} of {len(results)}")
        for scenario, result in results.items():
            if result:
                print(f"{'':17}{scenario}: {result} ({DISAGREEING.get(scenario, 'no reason known')})")
    print(f"{'all':8}{matched:3} of {total}")


if __name__ == "__main__":
    main()
