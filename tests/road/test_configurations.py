"""What each stop is told: read off the plan, with the keys of its own parties and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from doorstep.duis import issuer_and_serial
from doorstep.errors import NoKey
from doorstep.gbcs.keys import KeyUsage, Role
from doorstep.gbcs.usecases import DeviceType
from doorstep.road import configurations
from doorstep.road.hub.routing import CHANGED_RULE_FIRMWARE
from doorstep.service.keystore import CertifiedKeyStore, FolderKeyStore
from doorstep.service.pki import street_keys
from doorstep.street import Firmware, street_plan

NOW = 1_764_000_000_000
STREET = street_plan(2)
HOME = STREET.homes[0]


@pytest.fixture(scope="module")
def keys() -> CertifiedKeyStore:
    return street_keys(STREET, now=NOW)


def test_the_dcc_knows_the_street(keys: CertifiedKeyStore) -> None:
    config = configurations.dcc_config(STREET, keys, NOW)
    assert set(config.inventory.users) == {STREET.supplier, STREET.network_operator}
    meter = config.inventory.devices[HOME.eui("ESME")]
    assert (meter.device_type, meter.hub) == (DeviceType.ESME, HOME.eui("CHF"))
    # An HHT is an engineer's, not a Device of the home.
    assert HOME.eui("HHT") not in config.inventory.devices
    certificate = keys.certificate(STREET.supplier, KeyUsage.XML_SIGNATURE)
    assert certificate is not None
    assert config.certificate_for(*issuer_and_serial(certificate)) == certificate


def test_the_supplier_believes_the_dcc_and_nobody_else(keys: CertifiedKeyStore) -> None:
    config = configurations.supplier_config(STREET, keys, NOW)
    for party, believed in ((STREET.dcc, True), (STREET.supplier, False), (STREET.network_operator, False)):
        certificate = keys.certificate(party, KeyUsage.XML_SIGNATURE)
        assert certificate is not None
        assert (config.certificate_for(*issuer_and_serial(certificate)) == certificate) is believed


def test_certificates_out_of_their_dates_start_nothing(keys: CertifiedKeyStore) -> None:
    century = 100 * 365 * 86_400_000
    for build in (configurations.dcc_config, configurations.supplier_config):
        with pytest.raises(NoKey, match="which is not now"):
            build(STREET, keys, NOW + century)


def test_without_its_own_key_a_party_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NoKey, match=str(STREET.dcc)):
        configurations.dcc_config(STREET, FolderKeyStore(tmp_path), NOW)


def test_the_hub_has_the_firmware_and_the_devices_of_its_home() -> None:
    config = configurations.hub_config(STREET, HOME)
    assert (config.chf, config.gpf) == (HOME.eui("CHF"), HOME.eui("GPF"))
    assert config.firmware == CHANGED_RULE_FIRMWARE
    assert config.devices.device_type(HOME.eui("PPMID")) is DeviceType.PPMID
    assert config.devices.device_type(HOME.eui("HHT")) is None
    old = configurations.hub_config(STREET, structs.replace(HOME, firmware=Firmware.OLD, response_copy=True))
    assert old.firmware < CHANGED_RULE_FIRMWARE
    assert old.response_copy


def test_the_meter_trusts_the_parties_of_the_street() -> None:
    config = configurations.meter_config(STREET, HOME)
    assert config.cells.party(Role.SUPPLIER) == STREET.supplier
    assert config.cells.party(Role.ACCESS_CONTROL_BROKER) == STREET.dcc
    assert config.hub == HOME.eui("GPF")


def test_relays_are_ppmids_and_hhts() -> None:
    assert configurations.relays_of(STREET) == {
        home.eui(kind) for home in STREET.homes for kind in ("PPMID", "HHT")
    }
    assert configurations.hubs_of(STREET) == {home.eui("CHF") for home in STREET.homes}
    hht = configurations.relay_config(STREET, structs.replace(HOME, relay=False), DeviceType.HHT)
    assert (hht.eui, hht.hub, hht.device_type, hht.relays) == (
        HOME.eui("HHT"),
        HOME.eui("GPF"),
        DeviceType.HHT,
        False,
    )
    assert hht.cells.parties == {Role.ACCESS_CONTROL_BROKER: STREET.dcc}
