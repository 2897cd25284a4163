"""Who the originator of a Command is: the User, or a party of the DCC in the User's place."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId
from doorstep.duis.transform.known import Known
from doorstep.errors import Unsupported
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader

__all__ = ["Originator", "certificate", "header"]

_CERTIFICATE: Final = "KAPublicSecurityCredentials"


class Originator(Enum):
    """The Business Originator of a Command (``gbcs-messages.md`` section 4.3).

    The broker speaks *for* a User whom the Device does not know: its Command names the User as the
    Supplementary Remote Party. Where it speaks for itself, it does not.
    """

    USER = "the User"
    BROKER_FOR_USER = "the Access Control Broker, for the User"
    BROKER = "the Access Control Broker"
    TRANSITIONAL_COS = "the transitional Change of Supplier party"


def header(originator: Originator, request: Request, known: Known, message_code: int) -> GroupingHeader:
    """The Grouping Header of the Command that a request becomes.

    A request with the certificate of its User is of one whom the Device does not know, and what the broker
    asks for on behalf of a User is the broker's, whatever the row says. A request that the DCC makes itself
    is under the counter of its RequestID.

    Raises :class:`Unsupported` where the originator is a party that is not known.
    """
    unknown_user = certificate(request)
    if unknown_user or known.on_behalf:
        originator = Originator.BROKER_FOR_USER
    name = request.request_id
    author, counter = _IDENTITIES[originator](name, known)
    if author == name.originator:
        return GroupingHeader(Cra.COMMAND, name.counter, author, name.target, message_code)
    if originator is not Originator.BROKER_FOR_USER:
        return GroupingHeader(Cra.COMMAND, counter, author, name.target, message_code)
    return GroupingHeader(
        Cra.COMMAND,
        counter,
        author,
        name.target,
        message_code,
        supplementary_remote_party_id=name.originator,
        supplementary_remote_party_counter=name.counter,
        supplementary_certificate=unknown_user,
    )


def certificate(request: Request) -> bytes:
    """The User's Key Agreement certificate (DER), which it sends along where the Device does not know it.

    Empty where there is none. Such a User has the Access Control Broker for its originator.
    """
    there = request.body.has(_CERTIFICATE)
    return request.body.bytes_of(_CERTIFICATE) if there else b""


def _user(name: RequestId, _known: Known) -> tuple[Eui, int]:
    return name.originator, name.counter


def _broker(_name: RequestId, known: Known) -> tuple[Eui, int]:
    return known.broker, known.broker_counter


def _transitional_cos(_name: RequestId, known: Known) -> tuple[Eui, int]:
    if known.transitional_cos is None:
        raise Unsupported("which party is the transitional Change of Supplier party is not known")
    return known.transitional_cos, known.transitional_cos_counter


_IDENTITIES: Final[dict[Originator, Callable[[RequestId, Known], tuple[Eui, int]]]] = {
    Originator.USER: _user,
    Originator.BROKER_FOR_USER: _broker,
    Originator.BROKER: _broker,
    Originator.TRANSITIONAL_COS: _transitional_cos,
}
