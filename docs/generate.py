"""Write the reference pages that are made from the tables: ``python docs/generate.py`` (or ``make docs``).

A page that is not what this writes fails a test, so the pages stay true.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from doorstep.duis.bodies import BODIES, CONTENTS, DCC_ALERTS
from doorstep.duis.bodies.outline import outline
from doorstep.duis.bodies.shape import Shape
from doorstep.duis.catalogue import SIGNED_PRE_COMMAND, VARIANTS
from doorstep.duis.transform import ROWS
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.usecases import (
    USE_CASES,
    DeviceType,
    PayloadKind,
    Protection,
    UseCase,
    use_cases_named,
)
from doorstep.gbcs.usecases.components import COMPONENTS
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.device.clusters import Attr
from doorstep.road.device.objects import place
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.routing import CHANGED_RULE_FIRMWARE, Clause, Decision, Fate, Source, decide
from doorstep.road.meter import administration
from doorstep.road.meter.electricity.clusters import ATTRIBUTES
from doorstep.road.meter.electricity.clusters import COMMANDS as DISPLAY_COMMANDS
from doorstep.road.meter.electricity.logs import LOGS
from doorstep.road.meter.electricity.methods import METHODS
from doorstep.road.meter.electricity.protected import PROTECTED
from doorstep.road.meter.electricity.readings import READINGS
from doorstep.road.meter.electricity.registers import REGISTERS
from doorstep.road.meter.gas.attributes import ATTRIBUTES as GAS_ATTRIBUTES
from doorstep.road.meter.gas.commands import COMMANDS as GAS_COMMANDS
from doorstep.road.meter.gas.reports import REPORTED
from doorstep.road.ppmid import display as ppmid_display
from doorstep.road.ppmid.config import DisplayPolicy, InquiryPolicy, PpmidPolicy
from doorstep.road.ppmid.deliveries import MOVES
from doorstep.road.ppmid.effects import EFFECTS
from doorstep.road.ppmid.events import Stage
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.zcl import Direction

HERE: Final = Path(__file__).parent

_NOTICE: Final = "<!-- Made by docs/generate.py from the tables in the source. Change those, not this. -->\n"


def use_cases() -> str:
    """Every Message Code with what its row says."""
    rows = [
        (
            f"0x{row.code:04X}",
            row.name or "–",
            row.title,
            row.payload.value,
            row.category.value,
            _protections(row),
            " ".join(row.srvs),
            " ".join(row.roles),
            " ".join(target.value for target in row.targets),
        )
        for row in USE_CASES.values()
    ]
    head = ("code", "use case", "title", "payload", "category", "protection", "SRV", "roles", "targets seen")
    forms = [
        (f"0x{code:04X}", USE_CASES[code].label, "<br>".join(f"`{part}`" for part in form))
        for code, alternatives in COMPONENTS.items()
        for form in alternatives
    ]
    return (
        f"{_NOTICE}\n# Use cases\n\nEvery Message Code that doorstep knows: {len(rows)} of them. "
        "*Protection* reads Command / Response / Alert; S is a signature, M a MAC, and a comma "
        "separates the forms of a code that has more than one.\n\n"
        f"{_table(head, rows)}\n## What Commands are made of\n\n"
        "A DLMS component reads: what to do, class, logical name, attribute or method. A GBZ component "
        "reads: cluster, which side of it sends, command. `*4` repeats it. A Command may have more or "
        "fewer where its contents do.\n\n"
        f"{_table(('code', 'use case', 'components'), forms)}"
    )


def service_requests() -> str:
    """Every Service Request Variant, and which are mapped to GBCS."""
    mapped: dict[str, list[str]] = {}
    for row in ROWS:
        mapped.setdefault(row.variant, []).append(row.use_case.name)
    rows = [
        (
            row.srv,
            row.name,
            "yes" if row.critical else "no",
            " ".join(str(number) for number in row.command_variants),
            "yes" if row.local_delivery else "no",
            " ".join(sorted(role.name for role in row.roles)),
            row.future_dated.value,
            f"`{row.body_element}`",
            " ".join(dict.fromkeys(mapped.get(row.srv, ()))),
        )
        for row in VARIANTS.values()
    ]
    head = (
        "SRV",
        "name",
        "critical",
        "Command Variants",
        "local delivery",
        "roles",
        "future dated",
        "body",
        "transformed to",
    )
    return (
        f"{_NOTICE}\n# Service requests\n\nThe {len(rows)} Service Request Variants of DUIS. The last column "
        "names the use cases that `doorstep transform` and the emulated DCC make of them; where it is "
        "empty the answer is a clear refusal. [What each body holds](request-bodies.md) and "
        "[how to build a request](requests.md) have pages of their own.\n\n"
        f"{_table(head, rows)}"
    )


def transform_rows() -> str:
    """Every mapping row: which services become which use cases for which Devices, and what that rests on."""
    devices: dict[tuple[str, ...], list[str]] = {}
    for row in ROWS:
        key = (row.variant, row.use_case.name, row.originator.value, row.basis or "samples")
        joined = f"{row.device_type.value} with {row.other.value}" if row.other else row.device_type.value
        devices.setdefault(key, []).append(joined)
    rows = [
        (srv, name, ", ".join(dict.fromkeys(kinds)), originator, basis)
        for (srv, name, originator, basis), kinds in devices.items()
    ]
    rows.sort(key=lambda row: ([int(part) for part in row[0].split(".")], row[1]))
    return (
        f"{_NOTICE}\n# What the mapping rows rest on\n\nA service request becomes the first use case whose "
        "row fits its body and its Device; where several do, what the DCC knows of the Device decides. "
        "*Samples* are pairs of a reference request and the message that it became. Where a row rests on "
        "one, or on a guess, it says so.\n\n"
        f"{_table(('SRV', 'use case', 'Devices', 'originator', 'rests on'), rows)}"
    )


def devices() -> str:
    """Which use cases the emulated meters execute, and what displays read of them, from their tables."""
    head = ("code", "use case", "title", "executed")
    electricity = _executed(DeviceType.ESME, PayloadKind.DLMS, _esme_lacks, administration.ESME)
    gas = _executed(DeviceType.GSME, PayloadKind.GBZ, _gsme_lacks, administration.GSME)
    told = [(CLUSTERS[one.cluster].name, f"0x{one.id:04X}", _attribute_name(one)) for one in ATTRIBUTES]
    asked = [(command.__name__, _doc(command)) for command in DISPLAY_COMMANDS]
    reported = [(cluster.name, " ".join(map(_attribute_name, found))) for cluster, found in REPORTED]
    return (
        f"{_NOTICE}\n# The emulated meters\n\n"
        "Which Commands each meter executes, by its tables: a use case is executed where every object, "
        "attribute and command that it is made of has a row. Where one has none the Command is checked, "
        "counted and answered all the same, and its Response says which component failed. The hub and the "
        "PPMID are described in their own rooms, `road/hub` and `road/ppmid`.\n\n"
        "Any meter checks, in this order: format and target, use case, protections, originator and role, "
        "signature, MAC, a certificate to answer with, Originator Counter (`road/device/checks.py`). What "
        "fails there gets no Response.\n\n"
        f"## The electricity meter\n\n{_table(head, electricity)}\n"
        "### What a display reads of it\n\nBy ZCL, at endpoint 1, for Devices that have joined with it.\n\n"
        f"{_table(('cluster', 'attribute', 'name'), told)}\n"
        f"{_table(('command', 'what it asks for'), asked)}\n"
        f"## The gas meter\n\n{_table(head, gas)}\n"
        "### What it reports at every wake\n\nTo its mirror in the hub, of which displays read it.\n\n"
        f"{_table(('cluster', 'attributes'), reported)}\n"
        f"## Choices and gaps\n\n{_table(('of', 'what is done'), _CHOICES)}"
    )


_CHOICES: Final = (
    (
        "calendars",
        "kept, not read: no non-disablement periods, and the first price of a switching table is "
        "told as the one in force",
    ),
    (
        "a date that has passed",
        "is now; a later instruction of the same kind takes the place of the one that waits",
    ),
    (
        "arming a supply that is on",
        "leaves it on; a supply that is armed is turned on by a display only where credit is not exhausted",
    ),
    (
        "top-ups",
        "pay emergency credit used, then the payment debt's share, then the balance; taken in "
        "credit mode, too",
    ),
    (
        "top-ups that are not applied",
        "in GBZ all answered with result 1, as the facts have it; to a display with ZigBee's own results",
    ),
    (
        "accumulated debt",
        "the sum of the three debts",
    ),
    (
        "protected reads",
        "what a Command states of its protection is checked for its form; the key is that of its header",
    ),
    (
        "logs",
        "events and security: the last 100 of each. Profiles and daily reads of electricity are worked "
        "out of the plan of the home, which is the same every day and draws whether the supply is on or "
        "off; all counts in the first time of use. One answer tells of 3,000 values at most, the earliest "
        "of the span; who asks goes on after them. A gas meter keeps its last five top-ups; of profile, "
        "billing and daily logs it finds nothing",
    ),
    (
        "current sequence number (CS02a)",
        "the highest Originator Counter that was executed of the role before the asking Command, as the "
        "reference hub has it",
    ),
    (
        "use and credit",
        "what the home draws is counted but not paid for: a balance changes by Commands and top-ups only",
    ),
    (
        "setting the clock (ECS70, GCS28)",
        "the clock is that of the meter's world: it is right, or the interval of the Command is refused",
    ),
    (
        "certificates (CS02b)",
        "have to be issued by one that came with them; that this leads to the root is not checked, "
        "as no root's key is held",
    ),
    (
        "firmware (CS06)",
        "the image is there from the start; its way by ZigBee OTA is not modelled",
    ),
    (
        "sleep",
        "a gas meter wakes every 30 minutes and listens for 20 seconds after it last sent or heard something",
    ),
    (
        "without a mirror",
        "a gas meter asks for messages at every wake",
    ),
)


def _executed(
    device_type: DeviceType,
    kind: PayloadKind,
    lacks: Callable[[str], bool],
    in_asn1: frozenset[str],
) -> list[tuple[str, ...]]:
    """The use cases of a meter, and whether it executes them: yes, or what is missing."""
    rows: list[tuple[str, ...]] = []
    for row in USE_CASES.values():
        if not row.command or (device_type not in row.targets and row.name not in in_asn1):
            continue
        if row.payload is PayloadKind.ASN1:
            verdict = "yes" if row.name in in_asn1 else "no"
        elif row.payload is kind:
            forms = COMPONENTS.get(row.code, ())
            missing = [part for form in forms for part in form if lacks(part.partition(" *")[0])]
            verdict = "yes" if forms and not missing else _missing(missing)
        else:
            continue
        rows.append((f"0x{row.code:04X}", row.label, row.title, verdict))
    return rows


def _missing(components: list[str]) -> str:
    shown = ", ".join(f"`{one}`" for one in dict.fromkeys(components[:2]))
    return f"no: {shown}" if shown else "not known"


def _esme_lacks(component: str) -> bool:
    """Whether an ESME has no row for ``SET 112 0-0:19.10.0.255 2``."""
    verb, _, where = component.partition(" ")
    try:
        found = place(where)
    except ValueError:
        return True
    if verb == "ACTION":
        return found not in METHODS and found not in PROTECTED
    if verb == "GET_WITH_SELECTION":
        return found not in LOGS
    return found not in REGISTERS and found not in READINGS


def _gsme_lacks(component: str) -> bool:
    """Whether a GSME has no row for ``0705 client 04``; attributes are looked up one by one when read."""
    cluster, side, number = component.split()
    if side == "general":
        return int(cluster, 16) not in {attribute.cluster for attribute in GAS_ATTRIBUTES}
    direction = Direction.TO_SERVER if side == "client" else Direction.TO_CLIENT
    return CLUSTERS[int(cluster, 16)].commands(direction).get(int(number, 16)) not in GAS_COMMANDS


def _attribute_name(attribute: Attr) -> str:
    row = CLUSTERS[attribute.cluster].attribute(attribute.id)
    assert row is not None, f"{attribute} has a row"
    return row.name


def _doc(command: type) -> str:
    return (command.__doc__ or "").split("\n")[0]


def routing() -> str:
    """The routing rule, as :func:`decide` answers for every source, message, originator and target."""
    rows = [row for source in Source for row in _fates(source)]
    head = ("from", "message", "originator", "firmware", *_TARGETS)
    signs = [(sign, f"{fate.value}: {clause.value}") for clause, (sign, fate) in _SIGNS.items()]
    return (
        f"{_NOTICE}\n# The routing rule, GBCS 10.8.2\n\n"
        "What becomes of every message that a Communications Hub receives: by where it came from, what its "
        "header says it is, whether its originator is the Device whose tunnel it came by (*itself*), and "
        "the type that the CHF Device Log has for its target. *old* is firmware without the change that "
        "SECMP0038 asks for, *new* firmware with it. The two lines in bold are all that it changes. "
        "*PCS* is an SME.C.PPMID-GSME Message, Command or Response.\n\n"
        "A test holds the same table, written by hand from the proposal's text.\n\n"
        f"{_table(head, rows)}\n"
        f"{_table(('sign', 'fate, and the section that says so'), signs)}"
    )


_TARGETS: Final = {
    "ESME": DeviceType.ESME,
    "GSME": DeviceType.GSME,
    "PPMID": DeviceType.PPMID,
    "HCALCS": DeviceType.HCALCS,
    "Type 2": DeviceType.TYPE2,
    "HHT": DeviceType.HHT,
    "GPF": DeviceType.GPF,
    "CHF": DeviceType.CHF,
    "not in the log": None,
}
_SIGNS: Final = {
    Clause.A: ("**a**", Fate.DELIVER),
    Clause.B: ("**b**", Fate.DELIVER),
    Clause.C: ("**c**", Fate.DELIVER),
    Clause.D: ("**d**", Fate.DELIVER),
    Clause.IN_THE_HUB: ("hub", Fate.PROCESS),
    Clause.UPLINK: ("WAN", Fate.WAN),
    Clause.UNCHANGED: ("old", Fate.REFUSE),
    Clause.EXCLUDED: ("–x", Fate.REFUSE),
    Clause.UNLISTED: ("–u", Fate.REFUSE),
    Clause.NONE: ("–", Fate.REFUSE),
}
_KINDS: Final = {
    "Command": (Cra.COMMAND, 0x001D),
    "Response": (Cra.RESPONSE, 0x001D),
    "Alert": (Cra.ALERT, 0x1000),
    "PCS": (Cra.COMMAND, 0x009B),
}
_SENDERS: Final = {Source.WAN: None, Source.HHT: 6, Source.PPMID: 3, Source.OTHER: 4}
"""The number of the Device whose tunnel a message comes by: its place among the targets, from 1."""


def _fates(source: Source) -> Iterator[tuple[str, ...]]:
    """The lines of one source; one line where old and new firmware agree."""
    number = _SENDERS[source]
    sender = None if number is None else _eui(number)
    stranger = _eui(99)
    for kind, (cra, code) in _KINDS.items():
        for author, originator in ((sender, "itself"), (stranger, "another")):
            if author is None:
                continue
            headers = [GroupingHeader(cra, 1, author, _eui(n), code) for n in range(1, len(_TARGETS) + 1)]
            old, new = (
                [_sign(decide(header, source, sender, _LOG, firmware)) for header in headers]
                for firmware in (CHANGED_RULE_FIRMWARE - 1, CHANGED_RULE_FIRMWARE)
            )
            if old == new:
                yield source.value, kind, originator, "old, new", *old
            else:
                yield source.value, kind, originator, "old", *old
                yield f"**{source.value}**", f"**{kind}**", f"**{originator}**", "**new**", *new


def _sign(decision: Decision) -> str:
    sign, fate = _SIGNS[decision.clause]
    assert fate is decision.fate
    return sign


def _eui(number: int) -> Eui:
    return Eui(number.to_bytes(8, "big"))


_LOG: Final = DeviceLog.of(
    (_eui(number), kind) for number, kind in enumerate(_TARGETS.values(), 1) if kind is not None
)


def ppmid() -> str:
    """The tables and the choices of the PPMID."""
    moves = [
        (stage.value, ", ".join(after.value for after in Stage if (stage, after) in MOVES) or "–")
        for stage in Stage
    ]
    fields = [
        (row.field.replace("_", " "), row.cluster.name, f"0x{row.attribute:04X}", _attribute(row))
        for row in ppmid_display.ROWS
        if row.field
    ]
    commands = [
        (", ".join(ppmid_display.NOTHING[cluster]), CLUSTERS[cluster].name, "–", type(command).__name__)
        for cluster, command in ppmid_display.COMMANDS.items()
    ]
    effects = [
        (name, use_cases_named(name)[0].title, " or ".join(effect.fields).replace("_", " "), effect.words)
        for name, effect in EFFECTS.items()
    ]
    return (
        f"{_NOTICE}\n# Tables and choices of the PPMID\n\n[What they are for](ppmid.md).\n\n"
        "## How far a delivery has come\n\n"
        "Each stage is written down, then reported. What the table lacks does not happen.\n\n"
        f"{_table(('stage', 'may become'), moves)}\n"
        "## What is shown\n\n"
        f"{_table(('field', 'cluster', 'attribute', 'name'), [*fields, *commands])}\n"
        "## Which effects are looked for\n\n"
        "A Command whose use case is not here shows nothing that a PPMID could see.\n\n"
        f"{_table(('use case', 'title', 'field', 'seen when it'), effects)}\n"
        "## Choices\n\nTimes are in milliseconds.\n\n"
        f"{''.join(_choices(policy) for policy in (PpmidPolicy, DisplayPolicy, InquiryPolicy))}"
    )


def _attribute(row: ppmid_display.Row) -> str:
    attribute = row.cluster.attribute(row.attribute)
    assert attribute is not None
    return attribute.name


def _choices(policy: type) -> str:
    """A policy's numbers with their defaults and the sentences that stand below them in the source."""
    (body,) = ast.parse(inspect.getsource(policy)).body
    assert isinstance(body, ast.ClassDef)
    rows = [
        (f"`{named.target.id}`", f"`{_default(policy, named)}`", _sentence(said.value.value))
        for named, said in itertools.pairwise(body.body)
        if isinstance(named, ast.AnnAssign)
        and isinstance(named.target, ast.Name)
        and named.value is not None
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    ]
    return f"`{policy.__name__}`:\n\n{_table(('choice', 'default', 'why'), rows)}\n"


def _default(policy: type, named: ast.AnnAssign) -> str:
    """A number as it is, anything else as it is written."""
    assert isinstance(named.target, ast.Name)
    assert named.value is not None
    value = getattr(policy(), named.target.id)
    return f"{value}" if isinstance(value, int | tuple) else ast.unparse(named.value)


def _sentence(text: str) -> str:
    """A docstring in one line, its cross-references as code."""
    return re.sub(r":\w+:(?=`)", "", " ".join(text.split()))


def dcc_policies() -> str:
    """The choices of the emulated DCC."""
    return (
        f"{_NOTICE}\n# The choices of the emulated DCC\n\n[What it does](dcc.md). "
        "Where no public source says what the real one does, the choice has a name here, a default, "
        "and a reason. Times are in milliseconds, "
        f"sizes in bytes or entries.\n\n{_choices(DccPolicy)}"
    )


def request_bodies() -> str:
    """What the body of every service holds, and what the DCC itself reports."""
    services = [
        f"### {row.srv} {row.name}\n\n{_outlined(row.body_element, BODIES[row.body_element])}"
        for row in VARIANTS.values()
    ]
    reports = [_outlined(name, table[name]) for table in (CONTENTS, DCC_ALERTS) for name in table]
    return (
        f"{_NOTICE}\n# Bodies\n\n"
        "What every Service Request holds, and what the DCC itself reports in Responses and alerts, as "
        "doorstep checks them. `?` is once or not at all, `{1,4}` from one to four times, `@` an attribute. "
        "[How to build a request](requests.md) says how such a body is made from plain values.\n\n"
        f"## Service Requests\n\n{''.join(services)}"
        f"### Any service, once its Pre-Command is signed\n\n"
        f"{_outlined(SIGNED_PRE_COMMAND, BODIES[SIGNED_PRE_COMMAND])}"
        f"## What the DCC reports\n\n{''.join(reports)}"
    )


def _outlined(name: str, shape: Shape) -> str:
    lines = "\n".join(outline(name, shape))
    return f"```\n{lines}\n```\n\n"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "use-cases.md": use_cases,
    "service-requests.md": service_requests,
    "request-bodies.md": request_bodies,
    "transform-rows.md": transform_rows,
    "routing-rule.md": routing,
    "ppmid-tables.md": ppmid,
    "devices.md": devices,
    "dcc-policies.md": dcc_policies,
}


def _protections(row: UseCase) -> str:
    kinds = (row.command, row.response, row.alert)
    return " / ".join(", ".join(_letters(protection) for protection in kind) or "–" for kind in kinds)


def _letters(protection: Protection) -> str:
    signed = "S" if Protection.SIGNATURE in protection else ""
    return signed + ("M" if Protection.MAC in protection else "")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page())
