"""The reference requests for electricity beside the Commands that doorstep makes of them.

Run as a script, ``python -m tests.duis.transform.table``, it prints a row for each Service Request Variant.
"""

from __future__ import annotations

from collections import defaultdict
from enum import Enum
from typing import Final, NamedTuple

from doorstep import gbcs
from doorstep.duis.request import parse_request
from doorstep.duis.transform import ROWS, Known, transform
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.usecases import DeviceType
from tests.reference import hex_file, manifest, shared

BROKER: Final = Eui.parse("90-B3-D5-1F-30-00-00-02")

# The last byte of an identifier in the reference set says what kind of Device it is.
DEVICE_TYPES: Final = {"a0": DeviceType.ESME, "a2": DeviceType.CHF, "a6": DeviceType.SAPC}

UNLIKE: Final = {
    "ECS25a_6.22_SUCCESS": "the Command changes alerts 81C4 and 81C5, which its request does not name",
}
"""Reference Commands that do not follow from their requests, and how that shows."""


class Outcome(Enum):
    """How a Command that doorstep makes compares with the reference."""

    MATCHES = "matches"
    DIFFERS = "differs"
    REFUSED = "refused"


class Pair(NamedTuple):
    """A reference request and its Pre-Command or Command; both are paths below ``rtds``."""

    srv: str
    name: str
    request: str
    message: str
    device_type: DeviceType

    @property
    def mapped(self) -> bool:
        """Whether the service has mapping rows for such a Device."""
        return any(row.variant == self.srv and row.device_type is self.device_type for row in ROWS)

    def expected(self) -> Message:
        return gbcs.decode(hex_file(shared(f"rtds/{self.message}")))

    def made(self) -> Message:
        """What doorstep makes of the request, given what the reference's file name says of the Device."""
        header = self.expected().header
        use_case = gbcs.use_case(header.message_code)
        assert use_case is not None
        known = Known(
            BROKER,
            broker_counter=header.originator_counter,
            device_type=self.device_type,
            use_cases=frozenset({use_case.name}),
            element="twin" if "TWIN" in self.name else "single",
        )
        return transform(parse_request(shared(f"rtds/{self.request}").read_bytes()), known)

    def outcome(self) -> Outcome:
        try:
            same = self.made().grouped == self.expected().grouped
        except DoorstepError:
            return Outcome.REFUSED
        return Outcome.MATCHES if same else Outcome.DIFFERS


def pairs() -> list[Pair]:
    """Every DLMS Pre-Command and Command whose Header follows from a request, by service."""
    found = [
        Pair(
            row["srv"],
            row["scenario"],
            row["duis_template"],
            row["path"],
            DEVICE_TYPES[row["recipient_eui"][-2:]],
        )
        for row in manifest()
        if row["payload_kind"] == "DLMS" and row["duis_header_match"] in ("exact", "exact-via-supplementary")
    ]
    return sorted(found, key=lambda pair: ([int(part) for part in pair.srv.split(".")], pair.name))


def table() -> dict[str, dict[Outcome, list[str]]]:
    """The names of the pairs by service and outcome. A Command and its Pre-Command count one each."""
    rows: dict[str, dict[Outcome, list[str]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs():
        rows[pair.srv][pair.outcome()].append(pair.name)
    return rows


def main() -> None:
    print("SRV     matched  open")
    totals = [0, 0]
    for srv, outcomes in table().items():
        matched = len(outcomes[Outcome.MATCHES])
        others = {name: outcome for outcome in Outcome for name in outcomes[outcome]}
        named = [
            f"{name} {outcome.value}" for name, outcome in others.items() if outcome is not Outcome.MATCHES
        ]
        total = sum(map(len, outcomes.values()))
        totals = [totals[0] + matched, totals[1] + total]
        print(f"{srv:<7} {matched:>3}/{total:<3}  {', '.join(named)}".rstrip())
    print(f"{'all':<7} {totals[0]:>3}/{totals[1]:<3}")


if __name__ == "__main__":
    main()
