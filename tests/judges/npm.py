"""The DCC's own open tools from npm, as a supplier: where they are, how they are spoken to, and their keys.

DOORSTEP_NPM_JUDGES names the folder in which ``npm install`` was run with ``tests/judges/package.json``. The
packages are run, never linked: their licence is the GPL. Their built-in keys, a public test PKI, are read out
of the installed packages for as long as a test runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from msgspec import structs

from doorstep.eui import Eui
from doorstep.gbcs.keys import PrivateKey
from doorstep.service.pki import new_street_keys
from doorstep.street import StreetPlan, street_plan
from tests.judges.programs import missing, program

__all__ = ["Supplier", "tools", "zaz_street"]

_SCOPE: Final = "node_modules/@smartdcc"
_SCRIPT: Final = Path(__file__).with_name("supplier.cjs")

# Whose key is called what: in the key store, and (the DCC's XML key, which is not there) in the Java tool.
_KEYS: Final = {
    ("supplier", "ds"): "Z1-supplier-ds",
    ("supplier", "ka"): "Z1-supplier-ka",
    ("supplier", "pp-ka"): "Z1-supplierPP-ka",
    ("supplier", "xml"): "xml-sign-90B3D51F30010000-ds",
    ("network_operator", "ds"): "Z1-networkOperator-ds",
    ("network_operator", "ka"): "Z1-networkOperator-ka",
    ("network_operator", "xml"): "xml-sign-90B3D51F30020000-ds",
    ("dcc", "ds"): "Z1-accessControlBroker-ds",
    ("dcc", "ka"): "Z1-accessControlBroker-ka",
}
_DCC_XML: Final = "dsp-xml-sign-90B3D51F30000002-ds"
_PARTIES: Final = {
    "supplier": "90-B3-D5-1F-30-01-00-00",
    "network_operator": "90-B3-D5-1F-30-02-00-00",
    "dcc": "90-B3-D5-1F-30-00-00-02",
}
_NOW: Final = 1_764_000_000_000


def tools() -> Path:
    """The folder of the tools. Skips the test where they are not; in CI that is a failure."""
    for name in ("node", "java"):
        program(name)
    folder = os.environ.get("DOORSTEP_NPM_JUDGES")
    if not folder or not (Path(folder) / _SCOPE / "duis-parser").is_dir():
        missing(
            "the DCC's npm tools are not here (DOORSTEP_NPM_JUDGES names the folder they are installed in)"
        )
    return Path(folder)


def zaz_street(folder: Path, home: dict[str, Any]) -> StreetPlan:
    """A street of one home whose parties are those of the tools, with the tools' keys; Devices have ours."""
    plan = structs.replace(street_plan(1), **{name: Eui.parse(eui) for name, eui in _PARTIES.items()})
    plan = structs.replace(plan, homes=(structs.replace(plan.homes[0], **home),))
    new_street_keys(folder, plan, now=_NOW)
    scope = tools() / _SCOPE
    store = json.loads((scope / "dccboxed-keystore/keystore.json").read_text())
    held = {
        key["name"]: key for usages in store.values() for keys in usages.values() for key in keys.values()
    }
    for (party, usage), name in _KEYS.items():
        private = load_pem_private_key(held[name]["privateKey"].encode(), None)
        assert isinstance(private, PrivateKey)
        _put(folder, getattr(plan, party), usage, held[name]["certificate"].encode(), private)
    with zipfile.ZipFile(scope / "duis-sign-wrap/dist/tool.jar") as jar:
        key = load_der_private_key(jar.read(f"{_DCC_XML}.key"), None)
        assert isinstance(key, PrivateKey)
        _put(folder, plan.dcc, "xml", jar.read(f"{_DCC_XML}.pem"), key)
    return plan


def _put(folder: Path, eui: Eui, usage: str, certificate: bytes, key: PrivateKey) -> None:
    """Put a key pair into a street's folder, in place of the one that was made for the party."""
    pem = x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.PEM)
    stem = folder / f"{eui.hex()}-{usage}"
    stem.with_suffix(".pem").write_bytes(pem)
    stem.with_suffix(".key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


class Supplier:
    """The tools as one running program."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [program("node"), str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NODE_PATH": str(tools() / "node_modules")},
        )

    def __call__(self, do: str, **asked: Any) -> dict[str, Any]:
        """Have it do something, and give what it says; an ``error`` is part of that."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **asked}) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def well(self, do: str, **asked: Any) -> dict[str, Any]:
        """As a call, where no error is expected."""
        said = self(do, **asked)
        assert "error" not in said, said
        return said

    def close(self) -> None:
        """End it."""
        self._process.communicate()
