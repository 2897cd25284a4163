"""Secrets in values: what they hold is used, and never shown.

Keys, seeds and install codes open a home's network; the digits of a top-up are worth their money. Values
come into logs, tracebacks and debuggers by their ``repr``, so there a secret shows how much it is, and no
more. What travels as bytes or as a document is shown as it is; no log has it.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Secret", "repr_without"]


class Secret(bytes):
    """Octets that no log shows."""

    def __repr__(self) -> str:
        return f"<{len(self)} secret octets>"


def repr_without(value: Struct, *secret: str) -> str:
    """The ``repr`` that a Struct has by itself, with only the size of what its ``secret`` fields hold."""
    fields = []
    for name in value.__struct_fields__:
        held = getattr(value, name)
        fields.append(f"{name}=<{len(held)} secret>" if name in secret and held else f"{name}={held!r}")
    return f"{type(value).__name__}({', '.join(fields)})"
