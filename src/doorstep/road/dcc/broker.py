"""The Access Control Broker: the only maker of the MAC that every Device asks of a Command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.transform import Known, OtherDevice, signed_form, transform
from doorstep.duis.transform.rows import other_id
from doorstep.errors import InputError, NoKey, VerificationError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing, Role
from doorstep.gbcs.message import Message
from doorstep.gbcs.protection import Verdict, as_command, demanded, verify
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import Protection
from doorstep.road.dcc.backups import Taken, replaced
from doorstep.road.dcc.inventory import Device

__all__ = ["Broker"]

_JOIN: Final = "8.7"


class Broker:
    """Makes Pre-Commands and Commands, and checks what Devices send.

    ``keys`` holds the private keys of the broker, and of the transitional Change of Supplier party where the
    DCC is that too, and everybody's public ones. ``certificate_of`` finds the Key Agreement certificate of a
    Device (DER; empty where there is none), which goes along where Devices are joined, and the broker's own.
    """

    def __init__(
        self, eui: Eui, keys: KeyRing, certificate_of: Callable[[Eui], bytes] = lambda _eui: b""
    ) -> None:
        self.eui = eui
        self._keys = keys
        self._certificate_of = certificate_of

    def pre_command(
        self,
        request: Request,
        device: Device,
        counter: int,
        now: Instant,
        *,
        devices: Mapping[Eui, Device] = MappingProxyType({}),
        kept: Taken | None = None,
        on_behalf: bool = False,
    ) -> Message:
        """What a service request becomes: a Pre-Command, or a Command that still lacks its MAC.

        ``counter`` is the broker's own next Originator Counter, for the Commands that it originates:
        ``on_behalf`` says that this is one, as the User does not ask for it itself. The other parties of the
        DCC share the counter (policy). ``devices`` are those of the inventory, where a request names one that
        the Device is to be joined with; ``kept`` is the Device Log that it
        is to be given, where one is to be restored.

        Raises :class:`Unsupported` where no mapping row fits, :class:`XmlError` for a body that lacks
        something, :class:`InputError` for one that names a Device which is not in the inventory.
        """
        old = replaced(request) if kept else None
        known = Known(
            broker=self.eui,
            broker_counter=counter,
            transitional_cos=self._transitional_cos,
            transitional_cos_counter=counter,
            device_type=device.device_type,
            use_cases=device.use_cases,
            element=device.element,
            clock=now,
            on_behalf=on_behalf,
            others=self._others(request, devices),
            hub_logs={old: kept.hub} if kept and old and kept.hub else {},
            gpf_logs={old: kept.gpf} if kept and old and kept.gpf is not None else {},
        )
        return transform(request, known)

    @cached_property
    def _transitional_cos(self) -> Eui | None:
        return next(iter(self._keys.store.parties(Role.TRANSITIONAL_COS)), None)

    def _others(self, request: Request, devices: Mapping[Eui, Device]) -> dict[Eui, OtherDevice]:
        """What is known of the Device that the request joins its target with, if it is a join."""
        if request.service_reference != _JOIN:
            return {}
        name = other_id(request)
        if name not in devices:
            raise InputError(f"{name}, which is to be joined, is not in the inventory")
        return {name: OtherDevice(devices[name].device_type, self._certificate_of(name))}

    def certificate(self) -> bytes:
        """The broker's own Key Agreement certificate (DER). Raises :class:`NoKey`."""
        certificate = self._certificate_of(self.eui)
        if not certificate:
            raise NoKey(f"no Key Agreement certificate is held for {self.eui}, the broker")
        return certificate

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
