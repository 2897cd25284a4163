"""What a Device's Response proves: that it is genuine and answers our Command."""

from __future__ import annotations

from doorstep.errors import BadMac, NoKey
from doorstep.eui import Eui
from doorstep.gbcs import (
    Cra,
    GroupingHeader,
    KeyRing,
    Message,
    Verdict,
    protection,
)

__all__ = ["answered_counter", "authenticate"]


def answered_counter(header: GroupingHeader, supplier: Eui) -> int | None:
    """The counter of the supplier's request that a Response answers, None where it answers nobody here.

    Where the Access Control Broker spoke for the supplier, the Response repeats the supplier's counter
    beside the broker's.
    """
    if header.cra is not Cra.RESPONSE:
        return None
    if header.business_target_id == supplier:
        return header.originator_counter
    if header.supplementary_remote_party_id == supplier:
        return header.supplementary_remote_party_counter
    return None


def authenticate(response: Message, keys: KeyRing, supplier: Eui, *, vouched: bool) -> None:
    """Check that a Device made this Response: by its MAC for the supplier, or its signature.

    The MAC of a Response to the Access Control Broker is for the broker alone to check; ``vouched`` says that
    the DCC did, and signed for it. Raises :class:`VerificationError` or :class:`NoKey`.
    """
    proof = protection.authenticate(response, keys)
    unchecked_mac = vouched and response.header.business_target_id != supplier
    if any(proof.meets(one, unchecked_mac=unchecked_mac) for one in protection.demanded(response)):
        return
    if Verdict.NO_KEY in (proof.mac, proof.signature):
        raise NoKey(f"no key is held that checks a Response of {response.header.business_originator_id}")
    raise BadMac("the Response lacks the protection that its use case asks for")
