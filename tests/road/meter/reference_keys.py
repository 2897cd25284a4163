"""The reference key store, with signing keys of ours for meters and hub, whose own are not published."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.eui import Eui
from doorstep.gbcs import KeyUsage, Role
from doorstep.gbcs.keys import PrivateKey, PublicKey
from doorstep.gbcs.times import from_iso
from doorstep.road.device import Cells
from doorstep.service.keystore import FolderKeyStore
from tests.reference import shared

ESME = Eui.parse("00-DB-12-34-56-78-90-A0")
GSME = Eui.parse("00-DB-12-34-56-78-90-A1")
CHF = Eui.parse("00-DB-12-34-56-78-90-A2")
GPF = Eui.parse("00-DB-12-34-56-78-90-A3")
PPMID = Eui.parse("00-DB-12-34-56-78-90-A4")
CELLS = Cells(
    {
        Role.SUPPLIER: Eui.parse("90-B3-D5-1F-30-01-00-00"),
        Role.NETWORK_OPERATOR: Eui.parse("90-B3-D5-1F-30-02-00-00"),
        Role.ACCESS_CONTROL_BROKER: Eui.parse("90-B3-D5-1F-30-00-00-02"),
    },
    frozenset((PPMID,)),
)
# All Responses of the set that say when they were made say this, but for a few that were made at nine.
THEN = from_iso("2015-01-01T00:00:00Z")


class ReferenceKeys:
    """Keys as above; also those that protect what a PPMID and its gas meter say to each other."""

    def __init__(self) -> None:
        self._store = FolderKeyStore(shared("rtds/keystore"), test_pki=True)
        self._signing = {
            meter: ec.derive_private_key(2015 + number, ec.SECP256R1())
            for number, meter in enumerate((ESME, GSME, CHF, GPF))
        }

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        return self._store.public_key(eui, usage)

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        if usage is KeyUsage.DIGITAL_SIGNATURE and eui in self._signing:
            return self._signing[eui]
        return self._store.private_key(eui, usage)

    def parties(self, role: Role) -> tuple[Eui, ...]:
        return self._store.parties(role)
