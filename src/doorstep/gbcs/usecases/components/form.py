"""A form of a Command: its components in order, each as a line."""

from __future__ import annotations

__all__ = ["Form", "form"]

Form = tuple[str, ...]
"""The components of one form of a Command, in order."""


def form(code: int, *components: str) -> tuple[int, Form]:
    """A row of the tables: the Message Code, and the components of one form of its Command."""
    return code, components
