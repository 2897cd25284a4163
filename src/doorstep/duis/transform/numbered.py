"""Elements of which a request has several or one of a few: how many, and the number that each is known by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from doorstep.duis.element import Element
from doorstep.duis.simple_type import SimpleType
from doorstep.duis.transform.calendar import number_of
from doorstep.errors import XmlError

__all__ = ["by_index", "by_name", "consecutive", "only", "several"]


def several(parent: Element, path: str, *, least: int = 0, most: int | None = None) -> tuple[Element, ...]:
    """The elements at a path whose last step repeats. Raises :class:`XmlError` for too few or too many."""
    container, _, name = path.rpartition("/")
    found = (parent.child(container) if container else parent).children_named(name)
    if len(found) < least:
        raise XmlError(f"{parent.name}/{path}: there are {len(found)}, at least {least} wanted")
    if most is not None and len(found) > most:
        raise XmlError(f"{parent.name}/{path}: there are {len(found)}, at most {most} may be")
    return found


def by_index(elements: Iterable[Element], kind: SimpleType[int]) -> dict[int, Element]:
    """Elements by their attribute ``index``.

    Raises :class:`XmlError` where it is missing, wrong, or the same for two.
    """
    return _numbered(elements, lambda element: number_of(element, "index", kind))


def by_name(elements: Iterable[Element], name: str, kind: SimpleType[int]) -> dict[int, Element]:
    """Elements by the number in their child ``name``. Raises :class:`XmlError` as :func:`by_index` does."""
    return _numbered(elements, lambda element: element.value_of(name, kind))


def consecutive(elements: Iterable[Element], kind: SimpleType[int]) -> tuple[Element, ...]:
    """Elements in the order of their attribute ``index``, which counts from 1 and leaves none out.

    Raises :class:`XmlError` for any other indices.
    """
    numbered = by_index(elements, kind)
    wanted = range(1, len(numbered) + 1)
    if missing := [number for number in wanted if number not in numbered]:
        raise XmlError(f"{next(iter(numbered.values())).name}: number {missing[0]} is left out")
    return tuple(numbered[number] for number in wanted)


def only(parent: Element, names: Collection[str]) -> str:
    """The one of the names of which there is an element. Raises :class:`XmlError` for none and for more."""
    there = [name for name in names if parent.has(name)]
    if len(there) != 1:
        raise XmlError(f"{parent.name}: one of {', '.join(names)} is wanted, there are {len(there)}")
    return there[0]


def _numbered(elements: Iterable[Element], number: Callable[[Element], int]) -> dict[int, Element]:
    found: dict[int, Element] = {}
    for element in elements:
        place = number(element)
        if place in found:
            raise XmlError(f"there are two elements {element.name} with the number {place}")
        found[place] = element
    return found
