"""What the payload of each use case's Command is made of, component by component.

A row is one form of a Command; a use case has more than one where the request decides. DLMS
components read ``SET 112 0-0:19.10.0.255 2``: what to do, class, logical name, attribute or method. GBZ
components read ``0705 client 04``: cluster, which side of it sends (``general`` for the commands that every
cluster has), command. ``*4`` repeats a component.

The rows restate what was read from reference Commands. A Command may have more or fewer components
than its row where its contents do (day profiles, prices, debts), so they describe, and check nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.gbcs.usecases.components import gas, hub, load, reads, settings, tariff
from doorstep.gbcs.usecases.components.form import Form

__all__ = ["COMPONENTS", "components"]


def _by_code() -> dict[int, tuple[Form, ...]]:
    rows = (*tariff.ROWS, *reads.ROWS, *settings.ROWS, *load.ROWS, *gas.ROWS, *hub.ROWS)
    forms: dict[int, tuple[Form, ...]] = {}
    for code, form in sorted(rows, key=lambda row: row[0]):
        forms[code] = (*forms.get(code, ()), form)
    return forms


COMPONENTS: Final[Mapping[int, tuple[Form, ...]]] = MappingProxyType(_by_code())
"""Message Code -> the forms of its Command. ASN.1 payloads have none: their types say it all."""


def components(code: int) -> tuple[Form, ...]:
    """The forms of the Command with that Message Code, repetitions written out; empty if none is known."""
    return tuple(tuple(_repeated(form)) for form in COMPONENTS.get(code, ()))


def _repeated(form: Form) -> list[str]:
    parts = []
    for row in form:
        part, _, times = row.partition(" *")
        parts += [part] * int(times or 1)
    return parts
