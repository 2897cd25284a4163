"""What the consumer sees: texts in ASCII, and the number by which the DCC knows one."""

from __future__ import annotations

import pytest

from doorstep.duis.element import element
from doorstep.duis.transform import Known, transform
from doorstep.errors import XmlError
from doorstep.gbcs.payloads.dlms import AccessRequest
from tests.duis.transform.made import BROKER, branch, made, request


def test_texts_for_the_consumer() -> None:
    supplier = element(
        "UpdateSupplierName", element("SupplierName", "E-ON"), element("SupplierTelephoneNumber", "03 33")
    )
    assert made(supplier) == [
        "SET 9000 0-0:96.13.0.255 2 09053033203333",
        "SET 9000 0-0:96.13.1.255 2 0904452D4F4E",
    ]
    assert made(branch("DisplayMessage/SupplierMessage", "Hi ")) == ["SET 1 0-2:96.13.1.255 2 0903486920"]


def test_a_text_that_a_meter_cannot_show_is_refused() -> None:
    with pytest.raises(XmlError, match="ASCII"):
        made(branch("DisplayMessage/SupplierMessage", "£5"))


def test_a_change_of_tenancy_has_its_moment() -> None:
    body = branch("RestrictAccessForChangeOfTenancy/RestrictionDateTime", "2016-02-29T23:59:58Z")
    assert made(body) == ["SET 1 0-0:94.44.3.2 2 090C07E0021DFF173B3A008000FF"]


def test_the_privacy_pin_is_disabled_by_an_empty_text() -> None:
    assert made(element("DisablePrivacyPIN")) == ["SET 1 0-0:94.44.3.1 2 0900"]


def test_the_customer_s_number_is_the_dcc_s_own() -> None:
    asked = request(element("RequestCustomerIdentificationNumber"))
    command = transform(asked, Known(BROKER, broker_counter=5, customer_identification_number="0042"))
    assert command.header.business_originator_id == BROKER
    assert isinstance(command.payload, AccessRequest)
    assert command.payload.components[0].data.value == b"0042"
