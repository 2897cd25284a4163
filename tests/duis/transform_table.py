"""Every open request beside its reference messages: what ``doorstep transform`` makes of it.

::

    python -m tests.duis.transform_table            # a table by Service Request Variant
    python -m tests.duis.transform_table --write    # docs/transform-results.md, the same as a page

The command is given what the file's name says of the Device (use case, single or twin element), the counter
of the DCC from the reference message, and a clock of 2015-01-01. It ends with status 1 where a message that
is not among the exceptions is not as the reference has it, and where an exception is none any more.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from enum import Enum
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from doorstep import gbcs
from doorstep.cli.transform import transform as command
from doorstep.duis import catalogue
from doorstep.duis.request import Request, parse_request
from doorstep.duis.transform import Known
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs import Form, KeyRing, Message, Verdict
from doorstep.gbcs.times import from_iso
from doorstep.gbcs.usecases import DeviceType, use_cases_called
from doorstep.service import keystore
from doorstep.service.keystore import FolderKeyStore
from tests.reference import hex_file, manifest, shared

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "transform-results.md"

BROKER: Final = Eui.parse("90-B3-D5-1F-30-00-00-02")
TRANSITIONAL_COS: Final = Eui.parse("90-B3-D5-1F-30-00-00-04")
CLOCK: Final = "2015-01-01T00:00:00Z"

DEVICE_TYPES: Final = {
    "a0": DeviceType.ESME,
    "a1": DeviceType.GSME,
    "a2": DeviceType.CHF,
    "a3": DeviceType.GPF,
    "a4": DeviceType.PPMID,
    "a5": DeviceType.HCALCS,
    "a6": DeviceType.SAPC,
}
"""What kind of Device it is that an identifier of the reference set with this last byte names."""

EXCEPTIONS: Final = {
    "GCS09_3.2_SUCCESS": "the Command has another date",
    "GCS15c_4.4.3_SUCCESS": "the Command has another period",
    "GCS18_4.10_SUCCESS": "the Command asks from the beginning of time",
    "GCS16b_4.14_URP_SUCCESS": "the Command has another start of the period",
    "GCS61_4.17_SUCCESS": "the Command has another period and number of samples",
    "CCS03_8.12.1_SUCCESS": "refused: the Device Log to restore is what the DCC has kept",
    "GCS59_8.12.2_SUCCESS": "refused: the Device Log to restore is what the DCC has kept",
    "ECS25a_6.22_SUCCESS": "the Command changes alerts 81C4 and 81C5, which its request does not name, "
    "and not 81B7, which it does",
    "CS03CCritical_8.7.1_SUCCESS": "the certificate in the Command is an older one for the same key "
    "than the key store has",
    "CS03CNonCritical_8.7.2_SUCCESS": "the certificate in the Command is not that of the Device to be joined",
}
"""Messages that do not follow from their requests, by scenario, and how that shows.

The first seven are named in the notes of the reference set; tests hold that nothing else differs.
"""


class Outcome(Enum):
    """How what doorstep makes compares with the reference."""

    EXACT = "exact"
    DIFFERS = "differs"
    REFUSED = "refused"


class Pair(NamedTuple):
    """A request and a reference message that answers it; both are paths below ``rtds``.

    ``random_signature`` is set where no one can make the same bytes again: a signature, and a MAC over it.
    """

    srv: str
    use_case: str
    scenario: str
    request_path: str
    message_path: str
    random_signature: bool

    @property
    def element(self) -> str:
        return "twin" if "TWIN" in self.scenario else "single"

    def request(self) -> Request:
        return parse_request(shared(f"rtds/{self.request_path}").read_bytes())

    def expected(self) -> Message:
        return gbcs.decode(hex_file(shared(f"rtds/{self.message_path}")))

    def known(self, **held: Any) -> Known:
        """What the DCC knows, of the kind of Device too; ``held`` is more than the command can be told."""
        header = self.expected().header
        return Known(
            BROKER,
            broker_counter=header.originator_counter,
            transitional_cos=TRANSITIONAL_COS,
            transitional_cos_counter=header.originator_counter,
            device_type=DEVICE_TYPES[header.business_target_id.hex()[-2:]],
            use_cases=frozenset(row.name for row in use_cases_called(self.use_case)),
            element=self.element,
            clock=from_iso(CLOCK),
            **held,
        )

    def outcome(self) -> Outcome:
        made = self._run()
        if not made:
            return Outcome.REFUSED
        return Outcome.EXACT if self._agrees(gbcs.decode(made)) else Outcome.DIFFERS

    def _agrees(self, made: Message) -> bool:
        expected = self.expected()
        if not self.random_signature:
            return bytes(made) == bytes(expected)
        proof = gbcs.verify(made, _keys())
        unsigned = made.form is Form.UNSIGNED
        proved = (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)
        return made.grouped == expected.grouped and (unsigned or proved)

    def _run(self) -> bytes:
        """What the command prints; nothing where it refuses."""
        out = io.StringIO()
        try:
            # The function behind the command: to put the words of the shell together takes typer longer.
            with patch.object(keystore, "FolderKeyStore", _store), redirect_stdout(out):
                command(
                    shared(f"rtds/{self.request_path}"),
                    keystore=shared("rtds/keystore"),
                    acb_counter=self.expected().header.originator_counter,
                    clock=CLOCK,
                    use_case=self.use_case,
                    element=self.element,
                )
        except DoorstepError:
            return b""
        return bytes.fromhex(out.getvalue())


@cache
def pairs() -> tuple[Pair, ...]:
    """Every open Pre-Command and Command that a request is open for, by service."""
    found = [
        Pair(
            row["srv"],
            row["use_case"],
            row["scenario"],
            row["duis_template"],
            row["path"],
            "signature" in row["byte_regenerable"],
        )
        for row in manifest()
        if row["duis_template"] and row["kind"] in ("COMMAND", "PRECOMMAND")
    ]
    return tuple(sorted(found, key=lambda pair: (*map(int, pair.srv.split(".")), pair.message_path)))


@cache
def outcomes() -> dict[Pair, Outcome]:
    return {pair: pair.outcome() for pair in pairs()}


class Line(NamedTuple):
    """The results of one service. A Command and its Pre-Command count one each."""

    srv: str
    use_cases: tuple[str, ...]
    messages: int
    exact: int
    others: Mapping[str, Outcome]


def lines() -> Iterator[Line]:
    for srv, group in groupby(outcomes().items(), key=lambda item: item[0].srv):
        results = dict(group)
        others = {pair.scenario: found for pair, found in results.items() if found != Outcome.EXACT}
        yield Line(
            srv,
            tuple(dict.fromkeys(pair.use_case for pair in results)),
            len(results),
            sum(found is Outcome.EXACT for found in results.values()),
            others,
        )


def surprises() -> set[str]:
    """The scenarios that differ and are no exception, and the exceptions that do not differ."""
    return {name for line in lines() for name in line.others} ^ set(EXCEPTIONS)


def page() -> str:
    """The page of the documentation."""
    requests = len({pair.request_path for pair in pairs()})
    total = _total(lines())
    rows = "\n".join(
        f"| {line.srv} | {catalogue.variant(line.srv).name} | {' '.join(line.use_cases)} "
        f"| {line.messages} | {line.exact} | {_reasons(line)} |"
        for line in lines()
    )
    return (
        "<!-- Made by `python -m tests.duis.transform_table --write` from the reference set. -->\n\n"
        "# What the transform makes of the open reference requests\n\n"
        "Each open request of the reference set goes through `doorstep transform`, which is told what its "
        "file's name says of the Device (`--use-case`, `--element`), the DCC's own counter and a clock. "
        "*Exact* is byte for byte; of a message with a signature, which is made with a random number, and "
        "of a MAC over that, all the rest, and that both verify. A Command and its Pre-Command count one "
        f"each.\n\n**{total.exact} of {total.messages} messages, of {requests} requests, are exact.** The "
        "others do not follow from their requests; [what cannot be derived](transform-gaps.md) has more on "
        "them.\n\n"
        "| SRV | service | use cases | messages | exact | not exact |\n|---|---|---|---|---|---|\n"
        f"{rows}\n| all | | | {total.messages} | {total.exact} | |\n"
    )


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        PAGE.write_text(page())
    for line in lines():
        print(f"{line.srv:<8}{line.exact:>3} of {line.messages:<4}{_reasons(line)}".rstrip())
    total = _total(lines())
    print(f"{'all':<8}{total.exact:>3} of {total.messages}")
    for name in sorted(surprises()):
        print(f"not expected: {name}", file=sys.stderr)
    return bool(surprises())


def _reasons(line: Line) -> str:
    return "; ".join(
        f"{name}: {EXCEPTIONS.get(name, outcome.value)}" for name, outcome in line.others.items()
    )


def _total(every: Iterable[Line]) -> Line:
    every = list(every)
    return Line("all", (), sum(line.messages for line in every), sum(line.exact for line in every), {})


@cache
def _store(folder: Path) -> FolderKeyStore:
    """The key store, read once: to find the parties of the DCC in it takes longer than all the rest."""
    return FolderKeyStore(folder)


@cache
def _keys() -> KeyRing:
    return KeyRing(_store(shared("rtds/keystore")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
