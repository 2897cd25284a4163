"""What each stop has to be told of itself and the others, read off the plan of the street and its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from doorstep.duis.catalogue import Role as UserRole
from doorstep.duis.signature import CertificateFor, issuer_and_serial
from doorstep.errors import NoKey
from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing, KeyStore, KeyUsage, PrivateKey, Role
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.inventory import Details, Device, Inventory, User
from doorstep.road.dcc.machine import DccConfig
from doorstep.road.device.cells import Cells
from doorstep.road.han.config import Admission, HanConfig, Network
from doorstep.road.han.config import Role as RadioRole
from doorstep.road.han.endpoints import DESCRIPTORS
from doorstep.road.han.secrets import DeviceSecrets, HubSecrets
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.routing import CHANGED_RULE_FIRMWARE
from doorstep.road.meter.electricity.config import EsmeConfig
from doorstep.road.meter.gas.config import GsmeConfig
from doorstep.road.meter.usage import TYPICAL
from doorstep.road.ppmid.config import PpmidConfig
from doorstep.road.supplier.gateway import SupplierConfig, xml_signer
from doorstep.street import Firmware, HomePlan, StreetPlan
from doorstep.zigbee.crc import crc16
from doorstep.zigbee.mac import BROADCAST

if TYPE_CHECKING:
    from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

__all__ = [
    "Certified",
    "dcc_config",
    "device_radio",
    "gas_meter_config",
    "hub_config",
    "hub_keys",
    "hub_radio",
    "hubs_of",
    "meter_config",
    "relay_config",
    "relays_of",
    "supplier_config",
    "user_config",
]

_SUPPLIER_ROLES: Final = frozenset((UserRole.IS, UserRole.GS))
_NETWORK_ROLES: Final = frozenset((UserRole.ED, UserRole.GT))


class Certified(KeyStore, Protocol):
    """A key store that has the certificates as well, with which XML signatures are checked."""

    def trusted_certificate(self, eui: Eui, usage: KeyUsage, now: Instant) -> x509.Certificate:
        """The certificate of ``eui`` for ``usage``, in its dates at ``now``; raises :class:`NoKey`."""

    def certificate(self, eui: Eui, usage: KeyUsage) -> x509.Certificate | None:
        """The certificate of ``eui`` for ``usage``, whatever its dates."""

    def certificate_by_serial(self, issuer_name: str, serial: int) -> x509.Certificate | None:
        """The XML-signing certificate that a signature names."""


def dcc_config(street: StreetPlan, keys: Certified, now: Instant) -> DccConfig:
    """The DCC: its inventory is the street. Raises :class:`NoKey` without its XML-signing key."""
    certificate = keys.trusted_certificate(street.dcc, KeyUsage.XML_SIGNATURE, now)
    issuer, serial = issuer_and_serial(certificate)
    return DccConfig(
        eui=street.dcc,
        inventory=Inventory(
            (User(street.supplier, _SUPPLIER_ROLES), User(street.network_operator, _NETWORK_ROLES)),
            (device for home in street.homes for device in _inventory(street, home)),
        ),
        xml_key=_xml_key(keys, street.dcc),
        xml_issuer=issuer,
        xml_serial=serial,
        certificate_for=keys.certificate_by_serial,
        key_agreement_certificate=partial(_key_agreement_certificate, keys),
    )


def supplier_config(street: StreetPlan, keys: Certified, now: Instant) -> SupplierConfig:
    """The street's supplier."""
    return user_config(street.supplier, street.dcc, keys, now)


def user_config(user: Eui, dcc: Eui, keys: Certified, now: Instant) -> SupplierConfig:
    """A DCC User, who believes what the DCC's XML-signing certificate verifies and nothing else.

    Raises :class:`NoKey` without its XML-signing key or the DCC's certificate.
    """
    certificate = keys.trusted_certificate(user, KeyUsage.XML_SIGNATURE, now)
    return SupplierConfig(
        eui=user,
        dcc=dcc,
        sign=xml_signer(_xml_key(keys, user), certificate),
        certificate_for=_only(keys, dcc, now),
        key_agreement_certificate=partial(_key_agreement_certificate, keys),
    )


def hub_config(street: StreetPlan, home: HomePlan) -> HubConfig:
    """The home's Communications Hub, its CHF Device Log filled in; an HHT joins only for a visit.

    Its CHF knows the Access Control Broker and no User, its GPF the supplier and the network operator too.
    """
    types = {eui: DeviceType[kind] for eui, kind in home.listed}
    current = home.firmware is Firmware.CURRENT
    return HubConfig(
        chf=home.eui("CHF"),
        gpf=home.eui("GPF"),
        devices=DeviceLog.of(types.items()),
        firmware=CHANGED_RULE_FIRMWARE if current else CHANGED_RULE_FIRMWARE - 1,
        response_copy=home.response_copy,
        chf_cells=Cells({Role.ACCESS_CONTROL_BROKER: street.dcc, Role.WAN_PROVIDER: street.wan_provider}),
        gpf_cells=Cells(_parties(street)),
    )


def hub_keys(config: HubConfig, keys: KeyStore) -> HubKeys:
    """The keys of a hub's two Functions, out of a store that has them."""
    return HubKeys(KeyRing(Holding(keys, config.chf)), KeyRing(Holding(keys, config.gpf)))


def meter_config(street: StreetPlan, home: HomePlan) -> EsmeConfig:
    """The home's electricity meter, which knows the street's parties and the home's PPMID."""
    cells = Cells(_parties(street), _displays(home))
    return EsmeConfig(eui=home.eui("ESME"), cells=cells, hub=home.eui("GPF"), usage=TYPICAL)


def gas_meter_config(street: StreetPlan, home: HomePlan) -> GsmeConfig:
    """The home's gas meter, which knows the street's parties and the home's PPMID."""
    cells = Cells(_parties(street), _displays(home))
    return GsmeConfig(eui=home.eui("GSME"), cells=cells, hub=home.eui("GPF"))


def relay_config(
    street: StreetPlan, home: HomePlan, device_type: DeviceType = DeviceType.PPMID
) -> PpmidConfig:
    """The home's PPMID, or its HHT. Both know the Access Control Broker, and no User."""
    eui = home.eui(device_type.value)
    cells = Cells({Role.ACCESS_CONTROL_BROKER: street.dcc})
    shows = device_type is DeviceType.PPMID
    return PpmidConfig(
        eui,
        home.eui("GPF"),
        device_type,
        relays=home.relay,
        cells=cells,
        esme=home.device("ESME") if shows else None,
        gsme=home.device("GSME") if shows else None,
    )


def hub_radio(home: HomePlan, secrets: HubSecrets) -> HanConfig:
    """The hub's radio: coordinator and trust centre, which lets in the Devices of its log, but no HHT.

    The GPF's identifier is the radio's and names the network; its PAN identifier is made from it.
    """
    gpf = home.eui("GPF")
    joins = (eui for eui, kind in home.listed if kind not in ("CHF", "GPF"))
    return HanConfig(
        eui=gpf,
        role=RadioRole.COORDINATOR,
        seed=secrets.seed,
        network=Network(1 + crc16(gpf, 0) % (BROADCAST - 1), gpf, secrets.network_key),
        admitted=tuple(Admission(eui, secrets.link_key_of(eui)) for eui in joins),
        endpoints=DESCRIPTORS[DeviceType.CHF],
    )


def device_radio(home: HomePlan, device_type: DeviceType, secrets: DeviceSecrets) -> HanConfig:
    """The radio of a Device that joins with its install code; a gas meter's sleeps."""
    return HanConfig(
        eui=home.eui(device_type.value),
        role=RadioRole.SLEEPY if device_type is DeviceType.GSME else RadioRole.ROUTER,
        seed=secrets.seed,
        link_key=secrets.link_key,
        endpoints=DESCRIPTORS[device_type],
    )


def relays_of(street: StreetPlan) -> frozenset[Eui]:
    """Every PPMID and HHT of the street."""
    return frozenset(eui for eui, kind in street.devices() if kind in ("PPMID", "HHT"))


def hubs_of(street: StreetPlan) -> frozenset[Eui]:
    """Every Communications Hub of the street, by its CHF."""
    return frozenset(eui for eui, kind in street.devices() if kind == "CHF")


def _parties(street: StreetPlan) -> dict[Role, Eui]:
    """Whom a meter, or the gas proxy, trusts."""
    return {
        Role.SUPPLIER: street.supplier,
        Role.NETWORK_OPERATOR: street.network_operator,
        Role.ACCESS_CONTROL_BROKER: street.dcc,
    }


def _displays(home: HomePlan) -> frozenset[Eui]:
    """The Devices of the home that have joined with its meters from the start."""
    ppmid = home.device("PPMID")
    return frozenset(() if ppmid is None else (ppmid,))


def _inventory(street: StreetPlan, home: HomePlan) -> tuple[Device, ...]:
    """The home's Devices as the DCC knows them: none in a home without a hub, as nothing reaches them."""
    hub = home.device("CHF")
    if hub is None:
        return ()
    parties = frozenset((street.supplier, street.network_operator))
    return tuple(
        Device(eui, DeviceType[kind], hub, parties=parties, details=Details(import_mpxn=_mpxn(eui, kind)))
        for eui, kind in home.devices
        if kind != "HHT"
    )


def _mpxn(eui: Eui, kind: str) -> str:
    """A made-up number of the supply point: 13 digits for electricity, 10 for gas, the home's own last."""
    digits = {"ESME": 13, "GSME": 10}.get(kind)
    return f"9{int.from_bytes(eui[3:6], 'big'):0{digits - 1}d}" if digits else ""


def _key_agreement_certificate(keys: Certified, eui: Eui) -> bytes:
    certificate = keys.certificate(eui, KeyUsage.KEY_AGREEMENT)
    return certificate.public_bytes(Encoding.DER) if certificate is not None else b""


def _xml_key(keys: Certified, party: Eui) -> PrivateKey:
    key = Holding(keys, party).private_key(party, KeyUsage.XML_SIGNATURE)
    if key is None:
        raise NoKey(f"no private key for XML signatures is held for {party}")
    return key


def _only(keys: Certified, party: Eui, now: Instant) -> CertificateFor:
    """The look-up that finds the XML-signing certificate of one party and nobody else's."""
    theirs = keys.trusted_certificate(party, KeyUsage.XML_SIGNATURE, now)
    return lambda issuer, serial: theirs if keys.certificate_by_serial(issuer, serial) == theirs else None
