"""The Access Control Broker: the only maker of the MAC that every Device asks of a Command."""

from __future__ import annotations

from doorstep.duis.request import Request
from doorstep.duis.transform import Known, signed_form, transform
from doorstep.errors import InputError, NoKey, VerificationError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Message
from doorstep.gbcs.protection import Verdict, as_command, demanded, verify
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import Protection
from doorstep.road.dcc.inventory import Device

__all__ = ["Broker"]


class Broker:
    """Makes Pre-Commands and Commands, and checks what Devices send.

    ``keys`` holds the broker's own private keys and everybody's certificates.
    """

    def __init__(self, eui: Eui, keys: KeyRing) -> None:
        self.eui = eui
        self._keys = keys

    def pre_command(
        self, request: Request, device: Device, counter: int, now: Instant, *, on_behalf: bool = False
    ) -> Message:
        """What a service request becomes: a Pre-Command, or a Command that still lacks its MAC.

        ``counter`` is the broker's own next Originator Counter, for the Commands that it originates:
        ``on_behalf`` says that this is one, as the User does not ask for it itself.
        Raises :class:`Unsupported` where no mapping row fits, :class:`XmlError` for a body that lacks
        something.
        """
        known = Known(
            broker=self.eui,
            broker_counter=counter,
            device_type=device.device_type,
            use_cases=device.use_cases,
            element=device.element,
            clock=now,
            on_behalf=on_behalf,
        )
        return transform(request, known)

    def signed_pre_command(self, request: Request, payload: bytes) -> Message:
        """The Signed Pre-Command that a request holds, which is of that request and signed by its User.

        Raises :class:`InputError`, :class:`BadSignature` or :class:`NoKey`.
        """
        message = signed_form(payload)
        _check_identity(message, request)
        self._keys.verify(message.header.business_originator_id, message.signature, message.grouped[1:])
        return message

    def command(self, message: Message) -> Message:
        """The finished Command, with the broker's MAC and, where it speaks itself, its signature.

        Raises :class:`NoKey`.
        """
        return as_command(message, self._keys, self.eui)

    def authenticate(self, message: Message) -> None:
        """Check that a Device made this Response or Alert, as its use case asks.

        A MAC for another party is for that party to check; it has to be there. Raises
        :class:`VerificationError` or :class:`NoKey`.
        """
        proof = verify(message, self._keys)
        asked = demanded(message) or (Protection.SIGNATURE, Protection.MAC)
        if not any(proof.meets(protection, unchecked_mac=True) for protection in asked):
            if proof.signature is Verdict.NO_KEY:
                raise NoKey(f"no certificate is held for {message.header.business_originator_id}")
            raise VerificationError("it lacks the protection that its use case asks for")


def _check_identity(message: Message, request: Request) -> None:
    """Hold a Signed Pre-Command against the request it came in: whose, whom for, which, and what kind."""
    header, name, use_case = message.header, request.request_id, message.use_case
    for field, found, asked in (
        ("originator", header.business_originator_id, name.originator),
        ("target", header.business_target_id, name.target),
        ("counter", header.originator_counter, name.counter),
    ):
        if found != asked:
            raise InputError(f"the Signed Pre-Command's {field} is {found}, the RequestID's {asked}")
    variant = request.service_reference_variant
    if use_case is None or variant not in use_case.srvs:
        raise InputError(f"Message Code 0x{header.message_code:04X} is not one of {variant}")
