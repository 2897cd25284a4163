"""Every Service Request Variant, for every role, Command Variant and service: the code that is expected.

The expectation is reckoned here from the published table (``service-requests.csv``) alone: which roles are
eligible, which Command Variants are legal, whether Local Delivery is. The checks of the DCC know none of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache

import pytest
from msgspec import structs

from doorstep.duis import Element, Request, RequestId, Role, Service, element, service_request
from doorstep.duis.simple_type import BASE64
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.access import DEVICE_TYPES, Refusal, authorise
from doorstep.road.dcc.inventory import Device, DeviceStatus, Inventory, Registry, User
from tests.duis.bodies.specimens import smallest
from tests.reference import shared
from tests.road.dcc.office import DCC

S, T, D = Service.SEND_COMMAND, Service.TRANSFORM, Service.NON_DEVICE
USER = Eui.parse("D0-05-5E-00-0F-00-00-02")
HUB = Eui.parse("D0-05-5E-01-00-01-00-CF")
STRANGER = Eui.parse("D0-05-5E-00-0F-00-00-99")

# Where each Command Variant belongs, and whether it carries a Signed Pre-Command (duis.md section 4).
SERVICE_OF = {1: S, 2: D, 3: S, 4: T, 5: S, 6: D, 7: S, 8: D, 9: None}
SIGNED = (5, 6, 7)
LOCAL = {2: 1, 3: 1, 6: 5, 7: 5}
"""The variants for Local Delivery, each with the one that asks for the same over the WAN alone."""
ELECTRICITY, GAS = {"IS", "ES", "ED"}, {"GS", "GT"}


class Row:
    """One line of the table."""

    def __init__(self, line: dict[str, str]) -> None:
        self.srv = line["srv"]
        self.body = line["body_element"]
        self.roles = set(line["eligible_roles"].split())
        self.variants = {int(one) for one in line["command_variants"].split()}
        self.non_device = line["non_device"] == "Yes"


@cache
def rows() -> dict[str, Row]:
    with shared("spec/service-requests.csv").open(newline="") as file:
        return {line["srv"]: Row(line) for line in csv.DictReader(file)}


def srvs() -> list[str]:
    from doorstep.duis.catalogue import VARIANTS

    return list(VARIANTS)


def expected(row: Row, roles: set[str], variant: int, service: Service, kind: DeviceType) -> str | None:
    """The code by the table; None where nothing stands against the request."""
    if row.roles and not row.roles & roles:
        return "E2"
    if variant not in row.variants:
        return "E17" if LOCAL.get(variant) in row.variants else "E12"
    if SERVICE_OF[variant] is not service:
        return "E13"
    if row.non_device:
        return None
    other_fuel = {DeviceType.ESME: GAS, DeviceType.GSME: ELECTRICITY, DeviceType.GPF: ELECTRICITY}
    if not (row.roles & roles or roles) - other_fuel.get(kind, set()):
        return "E4"
    return None


def code_of(request: Request, service: Service, registry: Registry) -> str | None:
    try:
        authorise(request, service, registry, DCC)
    except Refusal as refusal:
        return refusal.code
    return None


def requests(row: Row, target: Eui) -> Iterator[Request]:
    """The request under each Command Variant, its body as that asks."""
    name = RequestId(USER, target, 1)
    signed: Element = element("SignedPreCommand", element("GBCSPayload", BASE64.render(b"\xdf")))
    plain = service_request(name, 1, smallest(row.body))
    for variant in SERVICE_OF:
        yield Request(
            request_id=name,
            command_variant=variant,
            service_reference=plain.service_reference,
            service_reference_variant=row.srv,
            body=signed if variant in SIGNED else plain.body,
        )


def kind_for(srv: str) -> DeviceType:
    """A kind of Device that the service is for."""
    kinds = DEVICE_TYPES.get(srv, frozenset())
    return min(kinds, key=lambda kind: kind.value) if kinds else DeviceType.ESME


def registry_of(kind: DeviceType, roles: set[str]) -> tuple[Registry, Eui]:
    device = HUB if kind is DeviceType.CHF else Eui.parse("D0-05-5E-01-00-01-00-E5")
    user = User(USER, frozenset(Role[role] for role in roles))
    return Registry(Inventory([user], [Device(device, kind, HUB)]), {}), device


def test_the_table_is_that_of_the_schema() -> None:
    assert set(rows()) == set(srvs())
    assert len(rows()) == 129


@pytest.mark.parametrize("srv", srvs())
def test_every_role_variant_and_service(srv: str) -> None:
    row, kind = rows()[srv], kind_for(srv)
    for role in Role:
        registry, device = registry_of(kind, {role.name})
        for request in requests(row, DCC if row.non_device else device):
            for service in Service:
                found = code_of(request, service, registry)
                wanted = expected(row, {role.name}, request.command_variant, service, kind)
                assert found == wanted, (role, request.command_variant, service)


@pytest.mark.parametrize("srv", srvs())
def test_all_roles_together_may_do_what_any_may(srv: str) -> None:
    row, kind = rows()[srv], kind_for(srv)
    registry, device = registry_of(kind, {role.name for role in Role})
    for request in requests(row, DCC if row.non_device else device):
        service = SERVICE_OF[request.command_variant]
        legal = request.command_variant in row.variants and service is not None
        assert (code_of(request, service or S, registry) is None) is legal


@pytest.mark.parametrize("srv", srvs())
def test_a_device_that_nobody_knows_and_one_of_another_kind(srv: str) -> None:
    row, kind = rows()[srv], kind_for(srv)
    registry, device = registry_of(kind, {role.name for role in Role})
    kinds = DEVICE_TYPES.get(srv, frozenset())
    others = [one for one in DeviceType if kinds and one not in kinds]
    for request in requests(row, STRANGER):
        service = SERVICE_OF[request.command_variant]
        if request.command_variant in row.variants and service is not None:
            assert code_of(request, service, registry) == "E19"
    for other in others[:2]:
        registry, device = registry_of(other, {role.name for role in Role})
        for request in requests(row, device):
            service = SERVICE_OF[request.command_variant]
            if request.command_variant in row.variants and service is not None and not row.non_device:
                assert code_of(request, service, registry) == "E11"


@pytest.mark.parametrize("srv", srvs())
def test_a_device_that_is_no_longer_in_use(srv: str) -> None:
    """Nothing goes to it, and nothing is made for Local Delivery to it."""
    row, kind = rows()[srv], kind_for(srv)
    if row.non_device:
        return
    registry, device = registry_of(kind, {role.name for role in Role})
    registry.put(structs.replace(registry.devices[device], status=DeviceStatus.DECOMMISSIONED))
    for request in requests(row, device):
        service = SERVICE_OF[request.command_variant]
        if request.command_variant in row.variants and service is not None:
            wanted = "E17" if request.command_variant in (2, 6) else "E5"
            assert code_of(request, service, registry) == wanted
