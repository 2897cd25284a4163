"""The keys of a home's PPMID and gas meter, of the Access Control Broker and of the supplier."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing, KeyUsage, MemoryKeyStore, Role
from doorstep.road.device import Cells
from tests.road.hub.messages import GSME, PPMID, STRANGER, SUPPLIER

BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
CELLS = Cells({Role.ACCESS_CONTROL_BROKER: BROKER})

_PARTIES = (PPMID, GSME, BROKER, SUPPLIER, STRANGER)
_USAGES = (KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT)
STORE = MemoryKeyStore(
    {
        (party, usage): ec.derive_private_key(7 + 2 * number + kind, ec.SECP256R1())
        for number, party in enumerate(_PARTIES)
        for kind, usage in enumerate(_USAGES)
    },
    roles={BROKER: Role.ACCESS_CONTROL_BROKER, SUPPLIER: Role.SUPPLIER},
)
OWN = KeyRing(Holding(STORE, PPMID))
ALL = KeyRing(STORE)
