"""Write the reference pages that are made from the tables: ``python docs/generate.py`` (or ``make docs``).

A page that is not what this writes fails a test, so the pages stay true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from doorstep.duis.catalogue import VARIANTS
from doorstep.duis.transform import ROWS
from doorstep.gbcs.usecases import USE_CASES, Protection, UseCase
from doorstep.gbcs.usecases.components import COMPONENTS
from doorstep.road.hub.routing import RULE

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
        "empty the answer is a clear refusal.\n\n"
        f"{_table(head, rows)}"
    )


def routing() -> str:
    """The routing rule as a table, read from :data:`RULE`."""
    rows = [(source.value, kind.value, permit.value) for (source, kind), permit in RULE.items()]
    targets = [
        ("ESME, GSME, PPMID, HCALCS, SAPC, Type 2", "delivered", "delivered", "delivered"),
        ("HHT", "refused", "refused", "refused"),
        ("CHF, GPF", "processed in the hub", "processed in the hub", "refused"),
        ("not in the CHF Device Log", "refused", "refused", "refused"),
    ]
    return (
        f"{_NOTICE}\n# The routing rule, GBCS 10.8.2\n\n"
        "First, what may come from where. One entry is what SECMP0038 changes.\n\n"
        f"{_table(('source', 'message', 'is routed'), rows)}\n"
        "Then, where it is routed *to its target*, what the target is decides.\n\n"
        f"{_table(('target', 'from the WAN', 'from an HHT', 'from a PPMID or another Device'), targets)}"
    )


PAGES: Final[dict[str, Callable[[], str]]] = {
    "use-cases.md": use_cases,
    "service-requests.md": service_requests,
    "routing-rule.md": routing,
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
