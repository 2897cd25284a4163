"""What the DCC does where no public source says what it does: each choice with its name and reason."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.gbcs import gbt

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

    quarantined_alert: str = "AD1"
    """DCC Alert Code of a request that is over a threshold: the only code that is not of the N series."""

    schedule_removal_alert: str = "N40"
    """DCC Alert Code of a schedule that the DCC took out because its Device is no longer there."""

    status_change_alert: str = "N1"
    """DCC Alert Code of a Device that was decommissioned or deleted."""

    device_log_alert: str = "N24"
    """DCC Alert Code of a change to a hub's Device Log that was carried out."""

    credentials_alert: str = "N42"
    """DCC Alert Code of Security Credentials that a Device has replaced."""

    late_failure: str = "E20"
    """What a request is answered with that was acknowledged, waited, and could then not be carried out."""

    already_known: str = "E120201"
    """Pre-notification of a Device that the inventory has: a legal code whose meaning is not published."""

    firmware_warning: str = "W110101"
    """An image from which some Devices, or all, are left out: the service's only warning, with the lists."""

    ppmid_firmware_warning: str = "W110401"
    """The same of an image for PPMIDs (SRV 11.4)."""

    firmware_failure_alert: str = "N18"
    """DCC Alert Code of Devices that have not said that their image came."""

    ppmid_firmware_alert: str = "N53"
    """DCC Alert Code of a PPMID that has, or has not, started its new firmware."""

    firmware_lifetime: int = 7 * 24 * HOUR
    """After so long without word of a Device that its image came its User is alerted."""

    firmware_most: int = 1_000
    """Images that are being distributed; what would be one more gets 503."""

    no_backup: str = "E19"
    """A Device Log to be restored of which no backup has come: not known, as a Device can be."""

    log_restored_alert: str = "N25"
    """DCC Alert Code of a Device Log that was restored, to the others who are registered in the home."""

    no_such_schedule: str = "E19"
    """A schedule, or a Device's schedules, that the User does not have: not known, as a Device can be."""

    # -- what waits

    quarantine_most: int = 10_000
    """Requests in quarantine; what would be one more gets 503."""

    held_most: int = 50_000
    """Requests for later that the DCC holds; what would be one more gets 503."""

    device_lead: int = 24 * HOUR
    """How long before its date a Command is sent that both the DCC and the Device hold (SRV 6.23)."""

    schedules_most: int = 99
    """Schedules of one User for one Device, as many as an answer to 5.2 has room for; then 503."""

    # -- Alerts

    storm_count: int = 10
    """Of the same alert of one Device, so many in a storm's time are forwarded; the others are counted."""

    storm_period: int = HOUR
    """How long a storm lasts: at its end the last that was held back is forwarded, and says how many were."""

    storm_exceptions: frozenset[int] = frozenset((0x8F66, 0x8F67))
    """Alert codes that are never held back: outcomes of future-dated instructions, each of which counts."""

    # -- the inventory

    csp_region: str = "Unknown"
    """The region that a WAN matrix (SRV 12.1) answers for every address."""

    # -- retries

    wan_first_retry: int = MINUTE
    """When a Command is first sent again that its hub has not taken; after that each time twice as late."""

    wan_longest_retry: int = HOUR
    """The longest wait between two attempts; also how often one is sent again that its hub has taken."""

    wan_lifetime: int = 7 * 24 * HOUR
    """After so long without a Response a Command is given up, and its User alerted."""

    wan_transfer: int = 1_498
    """The longest message that goes whole; a longer Command goes in blocks. So many bytes fit a hub's tunnel
    to a gas meter."""

    blocks: gbt.Policy = gbt.Policy(messages=1_024, memory=1 << 24)
    """How long Responses are put together. Nothing is asked for. What is half there is not remembered."""

    wan_window: int = 32
    """How many Commands are sent to one hub before one of them is known to have arrived there."""

    push_first_retry: int = 1_000
    """When a push is first made again that the User's receive address did not take; then twice as late."""

    push_longest_retry: int = 5 * MINUTE
    """The longest wait between two pushes; they are made, in order, until the User takes them."""

    # -- sizes of the books

    answers_kept: int = 10_000
    """Answers repeated to a User that sends the very same request again, having missed the first answer."""

    commands_kept: int = 100_000
    """Commands remembered for matching Responses to requests; more than can be on their way."""

    backups_kept: int = 100_000
    """Device Logs kept of hubs and gas proxies, the latest of each, to be restored on another."""

    alerts_kept: int = 10_000
    """Alerts remembered by their digest, so that one that a hub sends again is not forwarded again."""

    wan_outstanding: int = 50_000
    """Commands on their way over the WAN, to all Devices together; what would be one more gets 503."""

    pushes_waiting: int = 10_000
    """Documents that wait for one User. Beyond that its requests for Commands get 503, and Alerts are lost;
    what else is put there answers Commands that were accepted before."""
