"""What the DCC does where no public source says what it does: each choice with its name and reason."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

__all__ = ["HOUR", "MINUTE", "DccPolicy"]

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE


class DccPolicy(Struct, frozen=True, kw_only=True):
    """The emulator's choices; times in milliseconds, sizes in bytes or entries."""

    # -- requests

    max_body: int = 1 << 20
    """Requests over this size get 413."""

    enforce_dates: bool = True
    """Whether a User's certificate must be within its dates; False for a named test PKI only."""

    counter_scope_is_pair: bool = True
    """RequestID counters rise per originator and target, as a Device checks. False: per originator."""

    transform_first: bool = False
    """Whether a Signed Pre-Command is taken only under a RequestID that this DCC has transformed.

    One that it did transform must be the Pre-Command that it made, whatever is chosen here.
    """

    # -- answers

    gbcs_version: str = "4.2"
    """What a Pre-Command says its GBCS version is: free text in the schema, this value in captures."""

    trailing_zero: bool = False
    """Whether a Pre-Command ends in an empty signature length, as DCC Boxed from 1.4.1 on sends it."""

    local_copy_synchronous: bool = False
    """CV 3 and 7: the Command in the answer (I0), or I99 and the Command pushed, as the schema reads."""

    status_bad_request: int = 400
    """Not well formed, not the schema's, badly signed, or refused for a reason that has no Response Code."""

    status_unsupported: int = 501
    """A legal request that the emulator cannot carry out: it has no mapping row for it, or lacks a key."""

    status_overloaded: int = 503
    """As many Commands are on their way over the WAN, or documents to that User, as are kept."""

    command_failure_alert: str = "N12"
    """DCC Alert Code of a Command that could not be delivered; the codes' meanings are not published."""

    # -- retries

    wan_first_retry: int = MINUTE
    wan_longest_retry: int = HOUR
    wan_lifetime: int = 7 * 24 * HOUR
    """A Command is sent again after 1 minute, each time twice as late up to an hour, for seven days."""

    wan_window: int = 32
    """How many Commands are sent to one hub before one of them is known to have arrived there."""

    push_first_retry: int = 1_000
    push_longest_retry: int = 5 * MINUTE
    """A push that the User's receive address does not take is repeated, in order, until it does."""

    # -- sizes of the books

    answers_kept: int = 10_000
    """Answers repeated to a User that sends the very same request again, having missed the first answer."""

    commands_kept: int = 100_000
    """Commands remembered for matching Responses to requests; more than can be on their way."""

    alerts_kept: int = 10_000
    """Alerts remembered by their digest, so that one that a hub sends again is not forwarded again."""

    wan_outstanding: int = 50_000
    """Commands on their way over the WAN, to all Devices together; what would be one more gets 503."""

    pushes_waiting: int = 10_000
    """Documents that wait for one User. Beyond that its requests for Commands get 503, and Alerts are lost;
    what else is put there answers Commands that were accepted before."""
