"""Keys of a few Devices and parties for the tests of links: whoever has one can prove who it is."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing, KeyUsage, MemoryKeyStore

SUPPLIER = Eui.parse("D0-05-5E-00-0F-00-00-02")
DCC = Eui.parse("D0-05-5E-00-0F-00-00-04")
HUB = Eui.parse("D0-05-5E-01-00-01-00-CF")
PPMID = Eui.parse("D0-05-5E-01-00-01-00-BD")
OTHER = Eui.parse("D0-05-5E-01-00-02-00-BD")
"""A Device whose certificate is held, but that is not let in."""

_STORE = MemoryKeyStore(
    {
        (eui, KeyUsage.DIGITAL_SIGNATURE): ec.derive_private_key(number, ec.SECP256R1())
        for number, eui in enumerate((SUPPLIER, DCC, HUB, PPMID, OTHER), 1)
    }
)


def keys_of(*own: Eui) -> KeyRing:
    """Everybody's certificates, and these parties' own private keys."""
    return KeyRing(Holding(_STORE, *own))
