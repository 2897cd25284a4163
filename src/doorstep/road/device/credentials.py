"""Security credentials: the parties in a Device's trust anchor cells are replaced (CS02b) or told (CS02a).

Whether a certificate is good is what our facts give: the reference has two outcomes, success and, for one
that none of the certificates which came with it has issued, *no trust anchor*. That the chain leads to the
Device's root is not checked, as no key store of ours holds a root's key (a gap, and said so).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from msgspec import Struct, structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing, Role
from doorstep.gbcs.payloads.asn1 import Certificate, CertificateView
from doorstep.gbcs.payloads.asn1.credentials import (
    CredentialsRequest,
    CredentialsUpdate,
    CredentialsUpdateOutcome,
    RemotePartyDetails,
    RemotePartySeqNumberChange,
    ReplacementOutcome,
    TrustAnchorCellContents,
    TrustAnchorCellIdentifier,
    TrustAnchorReplacement,
)
from doorstep.gbcs.payloads.asn1.names import (
    CellUsage,
    CredentialsReplacementMode,
    KeyUsageBits,
    SeqNumberUsage,
    StatusCode,
)
from doorstep.road.device.anchors import checked, key_identifier, usage_of
from doorstep.road.device.counters import Counters, Window
from doorstep.road.device.failure import Failure
from doorstep.road.device.state import DeviceState

__all__ = ["MODES", "Mode", "Replaced", "replace", "tell"]

S = TypeVar("S", bound=DeviceState)


class Mode(Struct, frozen=True):
    """One way of replacing: who may, and whose credentials."""

    authoriser: Role
    replaced: frozenset[Role]


_Modes = CredentialsReplacementMode
_PARTIES: Final = frozenset(
    (
        Role.RECOVERY,
        Role.SUPPLIER,
        Role.NETWORK_OPERATOR,
        Role.ACCESS_CONTROL_BROKER,
        Role.TRANSITIONAL_COS,
        Role.WAN_PROVIDER,
    )
)

MODES: Final[Mapping[int, Mode]] = MappingProxyType(
    {
        _Modes.SUPPLIER_BY_SUPPLIER: Mode(Role.SUPPLIER, frozenset((Role.SUPPLIER,))),
        _Modes.NETWORK_OPERATOR_BY_NETWORK_OPERATOR: Mode(
            Role.NETWORK_OPERATOR, frozenset((Role.NETWORK_OPERATOR,))
        ),
        _Modes.ACCESS_CONTROL_BROKER_BY_ACB: Mode(
            Role.ACCESS_CONTROL_BROKER, frozenset((Role.ACCESS_CONTROL_BROKER,))
        ),
        _Modes.WAN_PROVIDER_BY_WAN_PROVIDER: Mode(Role.WAN_PROVIDER, frozenset((Role.WAN_PROVIDER,))),
        _Modes.TRANS_COS_BY_TRANS_COS: Mode(Role.TRANSITIONAL_COS, frozenset((Role.TRANSITIONAL_COS,))),
        _Modes.SUPPLIER_BY_TRANS_COS: Mode(Role.TRANSITIONAL_COS, frozenset((Role.SUPPLIER,))),
        _Modes.ANY_EXCEPT_ABNORMAL_ROOT_BY_RECOVERY: Mode(Role.RECOVERY, _PARTIES),
    }
)
"""The modes that are carried out; those that replace a root, and *any by contingency*, are not."""

_CELLS: Final = (
    TrustAnchorCellIdentifier(0, KeyUsageBits.DIGITAL_SIGNATURE),
    TrustAnchorCellIdentifier(0, KeyUsageBits.KEY_AGREEMENT),
    TrustAnchorCellIdentifier(0, KeyUsageBits.KEY_AGREEMENT, CellUsage.PRE_PAYMENT_TOP_UP),
)
"""The cells that a party may have, of whichever role."""


class Replaced(Struct, Generic[S], frozen=True):
    """The state after an update, what became of every cell, and what failed."""

    state: S
    outcome: CredentialsUpdateOutcome
    failure: Failure | None


def replace(update: CredentialsUpdate, message_code: int, state: S, keys: KeyRing) -> Replaced[S]:
    """Carry out CS02b: each replacement for itself, then the counters that the update sets.

    A replacement that cannot be made leaves its cell as it was and the others are made all the same, as the
    reference has it. Raises :class:`Failure` for a mode that is not carried out, or not that of the Message
    Code.
    """
    control = update.authorising_remote_party_control
    mode = MODES.get(control.credentials_replacement_mode)
    if mode is None or control.credentials_replacement_mode != message_code & 0xFF:
        raise Failure(f"credentials are not replaced by mode {control.credentials_replacement_mode}")
    after, outcomes = state, []
    for replacement in update.replacements:
        before = _contents(replacement.target_trust_anchor_cell, state, keys)
        after, outcome = _replace_one(replacement, update, mode, before, after)
        outcomes.append(outcome)
    changes = _counter_changes(update, mode)
    failed = [outcome for outcome in outcomes if outcome.status_code != StatusCode.SUCCESS]
    after = structs.replace(after, counters=_counters(after.counters, changes))
    told = CredentialsUpdateOutcome(
        control.authorising_remote_party_seq_number,
        control.credentials_replacement_mode,
        changes,
        tuple(outcomes),
    )
    failure = Failure(f"{len(failed)} of {len(outcomes)} cells were not replaced") if failed else None
    return Replaced(after, told, failure)


def tell(request: CredentialsRequest, state: DeviceState, keys: KeyRing) -> tuple[RemotePartyDetails, ...]:
    """Carry out CS02a: what each cell of the roles that are asked for holds, and the role's counter.

    ``state`` is that from before the Command was counted: a party that asks about itself is told the counter
    of its Command before this one, as in the reference Response of a hub.
    """
    return tuple(_details(role, state, keys) for role in request.remote_party_roles_credentials_required)


# -- replacing -----------------------------------------------------------------------------------------


def _replace_one(
    replacement: TrustAnchorReplacement,
    update: CredentialsUpdate,
    mode: Mode,
    before: tuple[bytes, bytes],
    state: S,
) -> tuple[S, ReplacementOutcome]:
    cell, certificate = replacement.target_trust_anchor_cell, replacement.replacement_certificate
    try:
        view = _good(replacement, update.certification_path_certificates, mode)
    except _Unfit as unfit:
        return state, ReplacementOutcome(cell, unfit.status, *before, *before)
    after = view.subject_unique_id or b"", key_identifier(view.public_key)
    outcome = ReplacementOutcome(cell, StatusCode.SUCCESS, *before, *after)
    return _anchored_in(cell, certificate, state), outcome


class _Unfit(Failure):
    """A replacement that cannot be made, and the status that says so."""

    def __init__(self, status: StatusCode, why: str) -> None:
        super().__init__(why)
        self.status = status


def _good(replacement: TrustAnchorReplacement, path: Iterable[Certificate], mode: Mode) -> CertificateView:
    """The certificate of a replacement, read; raises :class:`_Unfit`."""
    cell, certificate = replacement.target_trust_anchor_cell, replacement.replacement_certificate
    role = Role(cell.remote_party_role) if cell.remote_party_role in _ROLES else None
    if role not in mode.replaced or usage_of(cell) is None:
        raise _Unfit(StatusCode.TRUST_ANCHOR_NOT_FOUND, "the mode does not replace this cell")
    try:
        view = checked(certificate).view
    except DecodeError as error:
        raise _Unfit(StatusCode.BAD_CERTIFICATE, str(error)) from None
    if view.remote_party_role != cell.remote_party_role or cell.key_usage not in view.key_usage:
        raise _Unfit(StatusCode.BAD_CERTIFICATE, "the certificate is for another role or use")
    if not any(_issued_by(certificate, issuer) for issuer in path):
        raise _Unfit(StatusCode.NO_TRUST_ANCHOR, "no certificate of the path has issued it")
    return view


def _issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        one, other = (x509.load_der_x509_certificate(der) for der in (certificate, issuer))
        one.verify_directly_issued_by(other)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _anchored_in(cell: TrustAnchorCellIdentifier, certificate: Certificate, state: S) -> S:
    """The state with a certificate in a cell; the party in the role is whom its last certificate names."""
    role, usage, subject = Role(cell.remote_party_role), usage_of(cell), certificate.view.subject_unique_id
    assert usage is not None, "only what has a use becomes an anchor"
    assert subject is not None, "only a good certificate becomes an anchor"
    parties = {**state.cells.parties, role: subject}
    return structs.replace(
        state,
        cells=structs.replace(state.cells, parties=parties),
        anchors={**state.anchors, (role, usage): certificate},
    )


_ROLES: Final = frozenset(role.value for role in Role)


# -- counters --------------------------------------------------------------------------------------------


def _counter_changes(update: CredentialsUpdate, mode: Mode) -> tuple[RemotePartySeqNumberChange, ...]:
    """From which counter on each party is heard: the authorising one's own floor, and those of others."""
    control = update.authorising_remote_party_control
    changes: tuple[RemotePartySeqNumberChange, ...] = ()
    if control.new_remote_party_floor_seq_number is not None:
        changes = (
            RemotePartySeqNumberChange(
                mode.authoriser.value,
                control.new_remote_party_floor_seq_number,
                control.new_remote_party_specialist_floor_seq_number,
            ),
        )
    return changes + (control.other_remote_party_seq_number_changes or ())


def _counters(counters: Counters, changes: Iterable[RemotePartySeqNumberChange]) -> Counters:
    for change in changes:
        if change.other_remote_party_role in _ROLES:
            role = Role(change.other_remote_party_role)
            executed = {**counters.executed, role: change.other_remote_party_floor_seq_number}
            counters = structs.replace(counters, executed=executed)
        for specialist in change.new_remote_party_specialist_floor_seq_number or ():
            if specialist.seq_number_usage == SeqNumberUsage.PREPAYMENT_TOP_UP:
                window = Window(specialist.seq_number)
                counters = structs.replace(counters, commands=window, top_ups=window)
    return counters


# -- telling -----------------------------------------------------------------------------------------------


def _contents(cell: TrustAnchorCellIdentifier, state: DeviceState, keys: KeyRing) -> tuple[bytes, bytes]:
    """Whom a cell names, and by which key; both empty for an empty one."""
    usage = usage_of(cell)
    role = Role(cell.remote_party_role) if cell.remote_party_role in _ROLES else None
    if usage is None or role is None:
        return b"", b""
    party: Eui | None = state.cells.party(role)
    held = state.anchors.get((role, usage))
    if held is not None:
        view = held.view
        return view.subject_unique_id or b"", key_identifier(view.public_key)
    key = keys.store.public_key(party, usage) if party is not None else None
    return (party, key_identifier(key)) if party is not None and key is not None else (b"", b"")


def _details(role: int, state: DeviceState, keys: KeyRing) -> RemotePartyDetails:
    found = []
    for shape in _CELLS:
        cell = structs.replace(shape, remote_party_role=role)
        subject, identifier = _contents(cell, state, keys)
        if subject:
            found.append(
                TrustAnchorCellContents(
                    key_usage=cell.key_usage,
                    cell_usage=cell.cell_usage,
                    existing_subject_unique_id=subject,
                    existing_subject_key_identifier=identifier,
                )
            )
    if not found:
        return RemotePartyDetails(role, StatusCode.TRUST_ANCHOR_NOT_FOUND)
    counter = state.counters.executed.get(Role(role), 0)
    return RemotePartyDetails(role, StatusCode.SUCCESS, counter, tuple(found))
