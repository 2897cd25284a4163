"""A part of a Command that a Device does not carry out: the base of each language's own error."""

from __future__ import annotations

from doorstep.errors import DoorstepError

__all__ = ["Failure"]


class Failure(DoorstepError):
    """Why a component was not carried out, and the alert code for it where there is one.

    The Command counts as executed all the same, and its Response says which component failed.
    """

    def __init__(self, why: str, alert: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.alert = alert
