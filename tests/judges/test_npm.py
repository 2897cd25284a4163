"""The DCC's open tools and our gateway judge each other, over real HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest
from cryptography import x509

from doorstep.duis import RequestId, build_request, element, service_request, sign
from doorstep.duis.response import build_response
from doorstep.gbcs import KeyUsage
from doorstep.road.configurations import dcc_config, user_config
from doorstep.service.clock import WallClock
from doorstep.service.keystore import FolderKeyStore
from doorstep.street import StreetPlan
from tests.duis.test_response import CASES
from tests.judges.npm import Supplier, zaz_street
from tests.processes.street import ProcessStreet

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]

XML = {"content-type": "application/xml"}


class Scene:
    """The tools, and a DCC that has the keys built into them."""

    def __init__(self, street: ProcessStreet, supplier: Supplier) -> None:
        self.street = street
        self.supplier = supplier
        self.plan: StreetPlan = street.plan
        self.keys = FolderKeyStore(street.keys)
        self.meter = street.plan.homes[0].eui("ESME")
        self.counter = WallClock().now()

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.street.gateway}/api/v1/service{service}"

    def signed(self, reference: str, cv: int, body: dict[str, object], target: str = "") -> str:
        """A request that the tools make and sign."""
        self.counter += 1
        made = self.supplier.well(
            "sign",
            originator=str(self.plan.supplier).lower(),
            target=target or str(self.meter).lower(),
            counter=str(self.counter),
            cv=cv,
            reference=reference,
            variant=reference,
            body=body,
        )
        return str(made["xml"])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("npm")
    plan = zaz_street(folder / "street", {})
    street = ProcessStreet(plan, folder / "street", folder)
    supplier = Supplier()
    try:
        street.start("dcc --smki")
        yield Scene(street, supplier)
    finally:
        supplier.close()
        assert set(street.close().values()) <= {0}, street.tails()


# -- what we sign ----------------------------------------------------------------------------------------


def test_it_validates_requests_that_we_sign_and_no_changed_byte(scene: Scene) -> None:
    config = user_config(scene.plan.supplier, scene.plan.dcc, scene.keys, WallClock().now())
    name = RequestId(scene.plan.supplier, scene.meter, 1000)
    document = config.sign(build_request(service_request(name, 4, element("EnableSupply")))).decode()
    assert "Signature" not in scene.supplier.well("validate", xml=document)["xml"]
    assert "error" in scene.supplier("validate", xml=document.replace(":1000<", ":1001<"))


@pytest.mark.parametrize("case", CASES)
def test_it_parses_our_responses(scene: Scene, case: str) -> None:
    response = CASES[case][0]
    config = dcc_config(scene.plan, scene.keys, WallClock().now())
    parsed = scene.supplier.well("parse", xml=config.sign(build_response(response)).decode())
    assert parsed["code"] == response.code


# -- what they sign --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "cv", "service", "template", "kind"),
    [
        ("4.18", 1, "S", "ECS82_4.18", "NoBody"),
        ("4.18", 2, "D", "ECS82_4.18", "LocalCommand"),
        ("7.1", 4, "T", "ECS42_7.1", "PreCommand"),
    ],
)
def test_our_gateway_accepts_what_they_sign_and_they_our_answer(
    scene: Scene, reference: str, cv: int, service: str, template: str, kind: str
) -> None:
    body = scene.supplier.well("template", name=template)["body"]
    answer = scene.supplier.well("post", url=scene.url(service), xml=scene.signed(reference, cv, body))
    assert (answer["status"], answer["type"], answer["kind"]) == (200, "application/xml", kind)
    assert answer["code"] == ("I99" if kind == "NoBody" else "I0")
    assert int(answer["requestId"]["counter"]) == scene.counter


def test_our_gateway_refuses_a_changed_byte_of_theirs(scene: Scene) -> None:
    document = scene.signed("7.1", 4, {"EnableSupply": ""})
    for right, wrong in ((":Enable", ":Disable"), (f":{scene.counter}<", f":{scene.counter + 1}<")):
        changed = document.replace(right, wrong)
        assert changed != document
        assert httpx.post(scene.url("T"), content=changed, headers=XML, trust_env=False).status_code == 400
    assert scene.supplier("post", url=scene.url("T"), xml=document)["code"] == "I0"


def test_they_refuse_an_answer_that_the_dcc_did_not_sign(scene: Scene) -> None:
    document = scene.signed("7.1", 4, {"EnableSupply": ""})
    answer = httpx.post(scene.url("T"), content=document, headers=XML, trust_env=False).text
    assert "xml" in scene.supplier("validate", xml=answer)
    assert "error" in scene.supplier("validate", xml=answer.replace(">I0<", ">E20<"))
    own = scene.keys.private_key(scene.meter, KeyUsage.DIGITAL_SIGNATURE)
    assert own is not None
    unsigned = answer.partition("<ds:Signature")[0] + "</sr:Response>"
    forged = sign(unsigned.encode(), own, "CN=Z1,OU=07", 0x7DAC7283AAD29BDD23C9EFBFDDB52A41).decode()
    assert "error" in scene.supplier("validate", xml=forged)


# -- certificates ----------------------------------------------------------------------------------------


def test_their_key_store_finds_and_fetches_certificates_from_our_smki_service(scene: Scene) -> None:
    url = f"http://127.0.0.1:{scene.street.smki}"
    for usage, held in (("ds", KeyUsage.DIGITAL_SIGNATURE), ("ka", KeyUsage.KEY_AGREEMENT)):
        (found,) = scene.supplier.well("find", url=url, eui=str(scene.meter), usage=usage)["certificates"]
        certificate = x509.load_der_x509_certificate(base64.b64decode(found))
        assert certificate == scene.keys.certificate(scene.meter, held)
        (same,) = scene.supplier.well("find", url=url, serial=str(certificate.serial_number))["certificates"]
        assert same == found
    stranger = scene.supplier.well("find", url=url, eui="00-00-00-00-00-00-00-01", usage="ds")
    assert stranger["certificates"] == []
