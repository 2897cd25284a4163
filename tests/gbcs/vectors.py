"""Published vectors, typed in from where they are published."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyUsage, MemoryKeyStore, Role

# GBCS section 18.4: a Critical Command (ECS04b) with all its keys, from a public-domain repository.
COMMAND_18_4 = bytes.fromhex(
    "DD00000000000081A91100000000DF0901000000000000000108123456789ABCDEF008FFFFFFFFFFFFFFFE000200B3"
    "35D92000000100030300700000130A00FF020300700000130A01FF020300700000130A02FF02030500000000050000"
    "0000050000000040"
    "59045AB0F554622B0360340B9D87B5A23ED5723B41DE3F206E58CDD10F915B9F"
    "E2E12E2DA3632478A8DF678E418895869AC1E55318CCE04D120D2D6B44DC167B"
    "5D832D15B57A56D620F198B3"
)
SUPPLIER = Eui.parse("12-34-56-78-9A-BC-DE-F0")
DEVICE = Eui.parse("FF-FF-FF-FF-FF-FF-FF-FE")
# The vector names no Access Control Broker; any identifier will do, since only its key enters.
BROKER = Eui.parse("AC-AC-AC-AC-AC-AC-AC-AC")

_SUPPLIER_DS = 0x3A6B2EAA0D9F25A9E455983FEB5BB947528121911BF3B76BE5661C89DBF24B26
_BROKER_KA = 0xE4A6CFB431471CFCAE491FD566D19C87082CF9FA7722D7FA24B2B3F5669DBEFB
_SUPPLIER_DS_PUBLIC = (
    0x76628E1C84EF7935548AE5D62C7BB3AD28964CF794F0387A697EEC19CDD98F46,
    0x0A4D5E19087EF7216ED89C29831A6EE838C8DE88EF34F11D3F41F36D80B2A5D5,
)
_DEVICE_KA_PUBLIC = (
    0x2DB45A3F21889438B42C8F464C75292BACF5FDDB5DA0B492501B299CBFE92D8F,
    0xDB90FC8FF4026129838B1BCAD1402CAE47FE7D8084E409A41AFCE16D63579C5F,
)


def keys_18_4() -> MemoryKeyStore:
    """The keys of the vector: all that is published of the supplier, the broker and the Device."""
    curve = ec.SECP256R1()
    return MemoryKeyStore(
        private={
            (SUPPLIER, KeyUsage.DIGITAL_SIGNATURE): ec.derive_private_key(_SUPPLIER_DS, curve),
            (BROKER, KeyUsage.KEY_AGREEMENT): ec.derive_private_key(_BROKER_KA, curve),
        },
        public={
            (SUPPLIER, KeyUsage.DIGITAL_SIGNATURE): ec.EllipticCurvePublicNumbers(
                *_SUPPLIER_DS_PUBLIC, curve
            ).public_key(),
            (DEVICE, KeyUsage.KEY_AGREEMENT): ec.EllipticCurvePublicNumbers(
                *_DEVICE_KA_PUBLIC, curve
            ).public_key(),
        },
        roles={BROKER: Role.ACCESS_CONTROL_BROKER, SUPPLIER: Role.SUPPLIER},
    )
