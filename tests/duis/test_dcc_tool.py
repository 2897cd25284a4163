"""The DCC's own signing tool as the judge of our signatures, and we of its.

It is a Java program that comes with the npm package ``@smartdcc/duis-sign-wrap``, test keys included. Name
its ``tool.jar`` in DOORSTEP_DUIS_TOOL to run these tests. It is run, not linked: its licence is the GPL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from doorstep.duis.request import build_request, parse_request
from doorstep.duis.response import build_response
from doorstep.duis.signature import issuer_and_serial, sign, verify
from tests.duis.test_request import READ_REGISTERS
from tests.duis.test_response import CASES
from tests.judges.programs import missing

USER = "xml-sign-90B3D51F30010000-ds"
DCC = "dsp-xml-sign-90B3D51F30000002-ds"
PASSED, REFUSED = 0, 10


class Tool:
    """The tool, and the keys that it holds."""

    def __init__(self, jar: Path) -> None:
        self.jar = jar

    def run(self, action: str, document: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
        command = ["java", "-cp", str(self.jar), f"uk.co.smartdcc.boxed.xmldsig.{action}", "-", *options]
        return subprocess.run(command, input=document, capture_output=True, timeout=60, check=False)

    def certificate(self, name: str) -> x509.Certificate:
        with zipfile.ZipFile(self.jar) as files:
            return x509.load_pem_x509_certificate(files.read(f"{name}.pem"))

    def key(self, name: str) -> ec.EllipticCurvePrivateKey:
        with zipfile.ZipFile(self.jar) as files:
            key = load_der_private_key(files.read(f"{name}.key"), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def signed_by_us(self, document: bytes, name: str) -> bytes:
        return sign(document, self.key(name), *issuer_and_serial(self.certificate(name)))


@pytest.fixture(scope="module")
def tool() -> Tool:
    jar = os.environ.get("DOORSTEP_DUIS_TOOL")
    if not jar or not Path(jar).is_file() or not shutil.which("java"):
        missing(
            "the DCC's signing tool is not here (DOORSTEP_DUIS_TOOL names its tool.jar, and java runs it)"
        )
    return Tool(Path(jar))


def test_it_validates_our_requests(tool: Tool) -> None:
    signed = tool.signed_by_us(build_request(READ_REGISTERS), USER)
    assert tool.run("Validate", signed).returncode == PASSED
    assert tool.run("Validate", signed.replace(b":1000<", b":1001<")).returncode == REFUSED


@pytest.mark.parametrize("case", ["Command for Local Delivery", "Pre-Command", "Response of a Device"])
def test_it_validates_our_responses(tool: Tool, case: str) -> None:
    signed = tool.signed_by_us(build_response(CASES[case][0]), DCC)
    assert tool.run("Validate", signed).returncode == PASSED
    assert tool.run("Validate", signed.replace(b"3wkBAA==", b"3wkBAQ==")).returncode == REFUSED


def test_we_verify_what_it_signs(tool: Tool) -> None:
    unused = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" schemaVersion'
    document = build_request(READ_REGISTERS).replace(b" schemaVersion", unused)
    made = tool.run("Sign", document, "--preserveCounter")
    assert made.returncode == PASSED, made.stderr
    verified = verify(made.stdout, lambda issuer, serial: tool.certificate(USER))
    assert parse_request(verified.root) == READ_REGISTERS
