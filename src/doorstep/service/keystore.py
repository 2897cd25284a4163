"""Key stores with certificates, and the folder of PEM files that is the usual one.

::

    keys = FolderKeyStore("street")
    ring = KeyRing(keys)                          # what the GBCS language verifies and signs with
    keys.trusted_certificate(eui, usage, now)     # ... and within its dates

A folder holds ``<eui>-<usage>.pem`` (a certificate, or a bare public key) and ``<eui>-<usage>.key``
(a private key, PKCS #8 or SEC 1, not encrypted): ``<eui>`` is 16 hex digits, ``<usage>`` is ``ds``,
``ka``, ``pp-ka`` or ``xml``. Other files are left alone. The folder itself is what is trusted: who
may write to it decides whose keys are believed, and no chain is followed to a root.
"""

from __future__ import annotations

import binascii
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from msgspec import Struct

from doorstep.errors import NoKey, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.certificates import (
    CertificateFacts,
    DistinguishedName,
    HeldCertificate,
    describe,
    distinguished_name,
    parsing,
)
from doorstep.gbcs.keys import KeyUsage, PrivateKey, PublicKey, Role

__all__ = ["CertifiedKeyStore", "FolderKeyStore"]

# A key file has some 240 bytes and a certificate 640; beyond this it is something else.
MAX_FILE: Final = 0x10000

Name = tuple[Eui, KeyUsage]

_BEGIN_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_BEGIN_PUBLIC_KEY: Final = b"-----BEGIN PUBLIC KEY-----"
# The DER of 2.5.4.45, with which the subject of an organisation's certificate gives its identifier.
_UNIQUE_IDENTIFIER: Final = bytes.fromhex("060355042d")
_FILE: Final = re.compile(r"([0-9a-f]{16})-(ds|ka|pp-ka|xml)\.(pem|key)", re.IGNORECASE | re.ASCII)


class CertifiedKeyStore(ABC):
    """A :class:`~doorstep.gbcs.keys.KeyStore` that knows parties by their certificates.

    ``test_pki`` is for a PKI made for tests, such as the RTDS one, which is past its dates: neither
    dates are checked there, nor whether a certificate is of the party it is filed for.
    """

    test_pki: bool = False
    _roles: dict[Role, tuple[Eui, ...]] | None = None
    _signers: dict[tuple[DistinguishedName, int], x509.Certificate] | None = None

    @abstractmethod
    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        """The public key of ``eui`` for ``usage``, or None where it is not held."""

    @abstractmethod
    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        """The private key of ``eui`` for ``usage``, or None where it is not held."""

    @abstractmethod
    def certificate(self, eui: Eui, usage: KeyUsage) -> x509.Certificate | None:
        """The certificate of ``eui`` for ``usage``, whatever its dates; None where it is not held."""

    @abstractmethod
    def entities(self) -> tuple[Eui, ...]:
        """Everyone of whom any key is held, parties and Devices, in order of identifier."""

    @abstractmethod
    def described(self, *, organisations: bool = False) -> Iterator[tuple[HeldCertificate, CertificateFacts]]:
        """Every certificate with what it says, in order of identifier and usage.

        ``organisations`` asks for those of organisations only, which a store may find faster.
        """

    def certificates(self) -> Iterator[HeldCertificate]:
        """Every certificate that is of the party it is filed for, in order of identifier and usage."""
        return (held for held, _ in self.described())

    def parties(self, role: Role) -> tuple[Eui, ...]:
        """The organisations whose GBCS certificates carry ``role``, in order of identifier."""
        if self._roles is None:
            roles: dict[Role, set[Eui]] = {}
            for held, facts in self.described(organisations=True):
                if facts.role is not None:
                    roles.setdefault(facts.role, set()).add(held.eui)
            self._roles = {one: tuple(sorted(euis)) for one, euis in roles.items()}
        return self._roles.get(role, ())

    def certificate_by_serial(self, issuer_name: str, serial: int) -> x509.Certificate | None:
        """The XML-signing certificate of an issuer (RFC 2253 name) and serial number, or None.

        It is what :func:`doorstep.duis.signature.verify` asks for. The issuer is compared without regard
        to case and to spaces around its parts. Whether the certificate is of the party that is to have
        signed, and within its dates, is for the caller to ask: :meth:`trusted_certificate`
        and the ``eui`` that :func:`~doorstep.gbcs.certificates.describe` reads.
        """
        if self._signers is None:
            self._signers = {
                (facts.issuer, facts.serial): held.certificate
                for held, facts in self.described(organisations=True)
                if held.usage is KeyUsage.XML_SIGNATURE
            }
        return self._signers.get((distinguished_name(issuer_name), serial))

    def trusted_certificate(self, eui: Eui, usage: KeyUsage, now: int) -> x509.Certificate:
        """The certificate for checking what comes from outside at ``now`` (milliseconds since 1970).

        Raises :class:`NoKey` where none is held, or the one that is held is outside its dates; those of
        a test PKI are not looked at.
        """
        certificate = self.certificate(eui, usage)
        if certificate is None:
            raise NoKey(f"no certificate for {_WORDS[usage]} is held for {eui}")
        if not self.test_pki and not describe(certificate).valid_at(now):
            raise NoKey(
                f"the certificate for {_WORDS[usage]} of {eui} is valid from "
                f"{certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ} to "
                f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}, which is not now"
            )
        return certificate


class FolderKeyStore(CertifiedKeyStore):
    """The keys and certificates in a folder, each file read when it is first asked for.

    The folder is listed once, when the store is made. Raises :class:`UsageError` for a folder that
    cannot be listed, and when a file that is asked for cannot be used: it names the file and what is
    wrong with it. File permissions are not looked at; nothing is ever written.
    """

    def __init__(self, path: str | os.PathLike[str], *, test_pki: bool = False) -> None:
        self.path = Path(path)
        self.test_pki = test_pki
        self._pem_files, self._key_files = _listing(self.path)
        # Only names that have files come in here, so strangers' identifiers do not fill memory.
        self._held: dict[Name, _Held] = {}
        self._private: dict[Name, PrivateKey] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r}, test_pki={self.test_pki})"

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        held = self._believed((eui, usage))
        return held.key if held else None

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        name = (eui, usage)
        path = self._key_files.get(name)
        if path is None:
            return None
        if name not in self._private:
            self._private[name] = self._read_private(name, path)
        return self._private[name]

    def certificate(self, eui: Eui, usage: KeyUsage) -> x509.Certificate | None:
        held = self._believed((eui, usage))
        return held.certificate if held else None

    def entities(self) -> tuple[Eui, ...]:
        return tuple(sorted({eui for files in (self._pem_files, self._key_files) for eui, _ in files}))

    def described(self, *, organisations: bool = False) -> Iterator[tuple[HeldCertificate, CertificateFacts]]:
        for name in sorted(self._pem_files, key=_order):
            if organisations and name not in self._held and not _may_name_organisation(self._pem_files[name]):
                continue
            held = self._public(name)
            if held is None or held.certificate is None or held.facts is None or held.objection:
                continue
            if not organisations or held.facts.code is not None:
                yield HeldCertificate(*name, held.certificate), held.facts

    def _believed(self, name: Name) -> _Held | None:
        held = self._public(name)
        if held and held.objection and not self.test_pki:
            raise _unusable(self._pem_files[name], held.objection)
        return held

    def _public(self, name: Name) -> _Held | None:
        if name not in self._held:
            if name in self._pem_files:
                self._held[name] = self._read_public(name, self._pem_files[name])
            elif private := self.private_key(*name):
                self._held[name] = _Held(private.public_key())
        return self._held.get(name)

    def _read_public(self, name: Name, path: Path) -> _Held:
        data = _read(path)
        if _BEGIN_CERTIFICATE not in data:
            with parsing(str(path), "public key"):
                return _Held(_p256_public(path, load_pem_public_key(data)))
        with parsing(str(path), "certificate"):
            certificate = x509.load_pem_x509_certificate(data)
            facts = describe(certificate, str(path))
            key = _p256_public(path, certificate.public_key())
        return _Held(key, certificate, facts, facts.objection(*name))

    def _read_private(self, name: Name, path: Path) -> PrivateKey:
        with parsing(str(path), "private key"):
            key = _p256_private(path, load_pem_private_key(_read(path), password=None))
        held = self._public(name) if name in self._pem_files else None
        if held and held.key != key.public_key():
            raise _unusable(path, f"not the private key of {self._pem_files[name].name}")
        return key


class _Held(Struct, frozen=True):
    """What a ``.pem`` file holds, or a private key stands for."""

    key: PublicKey
    certificate: x509.Certificate | None = None
    facts: CertificateFacts | None = None
    objection: str = ""


_WORDS: Final = {
    KeyUsage.DIGITAL_SIGNATURE: "digital signature",
    KeyUsage.KEY_AGREEMENT: "key agreement",
    KeyUsage.PREPAYMENT_TOP_UP: "prepayment top-up",
    KeyUsage.XML_SIGNATURE: "XML signature",
}


def _order(name: Name) -> tuple[Eui, str]:
    return name[0], name[1].value


def _listing(folder: Path) -> tuple[dict[Name, Path], dict[Name, Path]]:
    """The files of certificates and public keys, and those of private keys, by whose they are."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"no key store at {folder}: {error.strerror}") from None
    files: dict[str, dict[Name, Path]] = {"pem": {}, "key": {}}
    for match in filter(None, map(_FILE.fullmatch, names)):
        known = files[match[3].lower()]
        name = Eui.parse(match[1]), KeyUsage(match[2].lower())
        if name in known:
            raise UsageError(f"{folder}: {known[name].name} and {match[0]} are for the same key")
        known[name] = folder / match[0]
    return files["pem"], files["key"]


def _read(path: Path) -> bytes:
    try:
        # Asked first, since opening a pipe would wait for whoever writes to it.
        if not path.is_file():
            raise _unusable(path, "not a file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from None
    if len(data) > MAX_FILE:
        raise _unusable(path, f"more than {MAX_FILE} bytes, so neither a key nor a certificate")
    return data


def _may_name_organisation(path: Path) -> bool:
    """False for what is surely a Device's certificate or a bare key, told without the cost of X.509."""
    data = _read(path)
    if _BEGIN_CERTIFICATE not in data:
        return _BEGIN_PUBLIC_KEY not in data
    text = data.partition(_BEGIN_CERTIFICATE)[2].partition(b"-")[0]
    try:
        return _UNIQUE_IDENTIFIER in binascii.a2b_base64(text)
    except binascii.Error:
        return True


def _p256_public(path: Path, key: object) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise _unusable(path, "not a key on the curve P-256")


def _p256_private(path: Path, key: object) -> PrivateKey:
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise _unusable(path, "not a key on the curve P-256")


def _unusable(path: Path, detail: str) -> UsageError:
    return UsageError(f"{path}: {detail}")
