"""What an element may hold, as lines that a person reads.

A line has a name, how often it may stand (``?`` for once or not at all, ``{1,4}`` for so many times), its
attributes and what its text is; what is inside is indented. Many neighbours that are alike, such as the
settings of alerts, share a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from doorstep.duis.bodies.shape import Group, Member, Part, Shape

__all__ = ["outline"]

_INDENT: Final = "  "
_MANY: Final = 10
"""So many neighbours share a line."""


def outline(name: str, shape: Shape, times: str = "") -> Iterator[str]:
    """The lines of an element of that name and shape, itself the first; ``times`` is how often it stands."""
    attributes = "".join(f" @{key} ({kind.what})" for key, kind in shape.attributes)
    text = f": {shape.text.what}" if shape.text is not None else ""
    yield f"{name}{times}{attributes}{text}"
    if shape.content is not None:
        yield from (_INDENT + line for line in _members(shape.content))


def _members(group: Group) -> Iterator[str]:
    for _, alike in groupby(group.members, _kind):
        members = list(alike)
        if len(members) >= _MANY and isinstance(members[0], Part):
            yield from _part(", ".join(name for member in members for name in member.starts), members[0])
            continue
        for member in members:
            yield from _part(member.name, member) if isinstance(member, Part) else _inner(member)


def _kind(member: Member) -> object:
    """What neighbours that are alike have in common."""
    return (member.shape, member.least, member.most) if isinstance(member, Part) else member


def _part(name: str, part: Part) -> Iterator[str]:
    times = f"{{{part.least},{part.most}}}" if part.most > 1 else "" if part.least else "?"
    return outline(name, part.shape, times)


def _inner(group: Group) -> Iterator[str]:
    yield ("one of" if group.alternatives else "all of") + ("?" if group.may_be_missing else "")
    yield from (_INDENT + line for line in _members(group))
