"""What the gateway's figures are measured over: a street's requests, signed beforehand, and good answers.

Of the kinds that local delivery is made of, in equal parts: a non-critical request for a Command (CV 2), a
critical one to be transformed (CV 4), and its Signed Pre-Command for a Command (CV 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from doorstep import gbcs
from doorstep.duis import (
    Request,
    RequestId,
    Response,
    ResponseMessage,
    element,
    service_request,
    signed_pre_command,
)
from doorstep.duis.response import Content, LocalCommand, PreCommand, write_response
from doorstep.duis.transform import Known, signed_form, transform
from doorstep.duis.writing import Canonical
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, KeyUsage
from doorstep.gbcs.keys import PrivateKey, PublicKey
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.configurations import user_config
from doorstep.road.supplier.gateway import document_of
from doorstep.service.clock import WallClock
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.pki import new_street_keys
from doorstep.street import StreetPlan, street_plan

__all__ = ["Posting", "Street", "new_street"]

_READ: Final = element("ReadMeterBalance")
_ENABLE: Final = element("EnableSupply")


class Posting(NamedTuple):
    """A signed request, where it is posted, and the answer that the gateway is to make of it, unsigned."""

    request: Request
    path: str
    document: bytes
    answer: Canonical


class Street(NamedTuple):
    """A street with its keys, as the benchmark sees it."""

    plan: StreetPlan
    folder: Path
    keys: KeyRing
    began: int

    def meters(self) -> list[Eui]:
        """The electricity meters: as many lines of requests may run beside each other."""
        return [home.eui("ESME") for home in self.plan.homes]

    def postings(self, meter: Eui, count: int, skip: int = 0) -> list[Posting]:
        """So many requests for a meter, with counters that rise; ``skip`` of them were made before."""
        made = self._endless(meter, skip)
        return [next(made) for _ in range(count)]

    def user_key(self) -> PublicKey:
        """The key that checks the requests' XML signatures."""
        return self._found(self.keys.store.public_key(self.plan.supplier, KeyUsage.XML_SIGNATURE))

    def dcc_key(self) -> PrivateKey:
        """The key that signs the answers."""
        key = self.keys.store.private_key(self.plan.dcc, KeyUsage.XML_SIGNATURE)
        assert key is not None
        return key

    def supplier_key(self) -> PublicKey:
        """The key that checks Signed Pre-Commands."""
        return self._found(self.keys.store.public_key(self.plan.supplier, KeyUsage.DIGITAL_SIGNATURE))

    def _endless(self, meter: Eui, skip: int) -> Iterator[Posting]:
        store = FolderKeyStore(self.folder)
        config = user_config(self.plan.supplier, self.plan.dcc, store, self.began)
        known = Known(self.plan.dcc, device_type=DeviceType.ESME, clock=self.began)
        counter = self.began + skip
        while True:
            read, enable = (RequestId(self.plan.supplier, meter, counter + n) for n in (0, 1))
            counter += 2
            asked = service_request(read, 2, _READ)
            command = LocalCommand(bytes(gbcs.seal(transform(asked, known), self.keys, author=self.plan.dcc)))
            yield Posting(asked, *document_of(config, asked), _answer(asked, command))
            critical = service_request(enable, 4, _ENABLE)
            message = transform(critical, known)
            pre_command = PreCommand("4.2", bytes(message))
            yield Posting(critical, *document_of(config, critical), _answer(critical, pre_command))
            signed = bytes(gbcs.sign(message, self.keys))
            sent = signed_pre_command(critical, 6, signed)
            sealed = gbcs.seal(signed_form(signed), self.keys, author=self.plan.dcc)
            yield Posting(sent, *document_of(config, sent), _answer(sent, LocalCommand(bytes(sealed))))

    def _found(self, key: PublicKey | None) -> PublicKey:
        assert key is not None
        return key


def new_street(folder: Path, homes: int) -> Street:
    """A street of so many homes, its keys in a new folder."""
    began = WallClock().now()
    plan = street_plan(homes)
    new_street_keys(folder, plan, now=began)
    return Street(plan, folder, KeyRing(FolderKeyStore(folder)), began)


def _answer(request: Request, content: Content) -> Canonical:
    message = ResponseMessage(request.service_reference, request.service_reference_variant, content)
    return write_response(
        Response(code="I0", response_date_time=0, request_id=request.request_id, body=message)
    )
