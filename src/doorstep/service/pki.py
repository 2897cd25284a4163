"""The PKI of a street: keys and certificates for every party and Device of a plan, all our own.

::

    new_street_keys("street", street_plan(3), now=now)   # on disk: read it with FolderKeyStore
    keys = street_keys(street_plan(3), now=now)          # in memory: it is a key store itself

The authorities' own private keys are thrown away once the street is made, since it issues nothing
later; :func:`new_street_keys` keeps them when asked to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.certificates import XML_DCC, XML_USER, CertificateFacts, HeldCertificate, describe
from doorstep.gbcs.keys import KeyUsage, PrivateKey, PublicKey, Role
from doorstep.service.authority import Authorities, Authority, new_key
from doorstep.service.han_keys import new_home_secrets
from doorstep.service.keystore import CertifiedKeyStore
from doorstep.service.street_file import STREET_FILE, read_street, render_street
from doorstep.street import StreetPlan

__all__ = ["IssuedKey", "Progress", "StreetKeys", "new_street_keys", "read_street", "street_keys"]

# Told, after each certificate, how many are made and how many there will be.
Progress = Callable[[int, int], None]


class IssuedKey(Struct, frozen=True):
    """A key pair with its certificate, and whose it is for what."""

    eui: Eui
    usage: KeyUsage
    certificate: x509.Certificate
    private_key: PrivateKey


class StreetKeys(CertifiedKeyStore):
    """The keys of a whole street, in memory.

    ``authorities`` holds the certificates over them, by the names that they have on disk (``root-ca``).
    """

    def __init__(
        self, plan: StreetPlan, issued: Iterable[IssuedKey], authorities: Mapping[str, x509.Certificate]
    ) -> None:
        self.plan = plan
        self.authorities = dict(authorities)
        self._issued = {(one.eui, one.usage): one for one in issued}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.plan.homes)} homes, {len(self._issued)} key pairs)"

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        held = self._issued.get((eui, usage))
        return held.private_key.public_key() if held else None

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        held = self._issued.get((eui, usage))
        return held.private_key if held else None

    def certificate(self, eui: Eui, usage: KeyUsage) -> x509.Certificate | None:
        held = self._issued.get((eui, usage))
        return held.certificate if held else None

    def entities(self) -> tuple[Eui, ...]:
        return tuple(sorted({eui for eui, _ in self._issued}))

    def described(self, *, organisations: bool = False) -> Iterator[tuple[HeldCertificate, CertificateFacts]]:
        parties = frozenset(self.plan.parties)
        for (eui, usage), one in sorted(
            self._issued.items(), key=lambda item: (item[0][0], item[0][1].value)
        ):
            if not organisations or eui in parties:
                yield HeldCertificate(eui, usage, one.certificate), describe(one.certificate)


def street_keys(plan: StreetPlan, *, now: int, progress: Progress | None = None) -> StreetKeys:
    """Make the keys of a street in memory, valid from ``now`` (milliseconds since 1970)."""
    authorities = Authorities.new(now)
    certificates = {name: authority.certificate for name, authority in _named(authorities)}
    return StreetKeys(plan, _issue(plan, authorities, progress), certificates)


def new_street_keys(
    path: str | os.PathLike[str],
    plan: StreetPlan,
    *,
    now: int,
    progress: Progress | None = None,
    keep_authority_keys: bool = False,
) -> None:
    """Make the keys of a street, valid from ``now`` (milliseconds since 1970), in a folder of their own.

    The folder may be there, but must be empty: what it holds is never written over. It is readable
    by its owner only (0700), private keys likewise (0600). ``street.toml`` is written last, so a
    folder without it is one that was not finished. ``keep_authority_keys`` writes the authorities'
    private keys beside their certificates. Raises :class:`UsageError` where it cannot be written.
    """
    authorities = Authorities.new(now)
    folder = Path(path)
    try:
        _take(folder)
        for name, authority in _named(authorities):
            _write_pair(folder / name, authority.certificate, authority.key if keep_authority_keys else None)
        for one in _issue(plan, authorities, progress):
            _write_pair(folder / f"{one.eui.hex()}-{one.usage.value}", one.certificate, one.private_key)
        for home in plan.homes:
            for name, content in new_home_secrets(home):
                _write(folder / name, content, _PRIVATE)
        _write(folder / STREET_FILE, render_street(plan).encode(), _PUBLIC)
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: {error.strerror}") from None


_PUBLIC: Final = 0o644
_PRIVATE: Final = 0o600

# What each party has, by its name in the plan: its Organisational Unit and the usages of its keys.
_PARTY_KEYS: Final = (
    ("supplier", Role.SUPPLIER.value, KeyUsage.DIGITAL_SIGNATURE),
    ("supplier", Role.SUPPLIER.value, KeyUsage.KEY_AGREEMENT),
    ("supplier", Role.SUPPLIER.value, KeyUsage.PREPAYMENT_TOP_UP),
    ("supplier", XML_USER, KeyUsage.XML_SIGNATURE),
    ("network_operator", Role.NETWORK_OPERATOR.value, KeyUsage.DIGITAL_SIGNATURE),
    ("network_operator", Role.NETWORK_OPERATOR.value, KeyUsage.KEY_AGREEMENT),
    ("network_operator", XML_USER, KeyUsage.XML_SIGNATURE),
    ("dcc", Role.ACCESS_CONTROL_BROKER.value, KeyUsage.DIGITAL_SIGNATURE),
    ("dcc", Role.ACCESS_CONTROL_BROKER.value, KeyUsage.KEY_AGREEMENT),
    ("dcc", XML_DCC, KeyUsage.XML_SIGNATURE),
    ("recovery", Role.RECOVERY.value, KeyUsage.DIGITAL_SIGNATURE),
    ("transitional_cos", Role.TRANSITIONAL_COS.value, KeyUsage.DIGITAL_SIGNATURE),
    ("wan_provider", Role.WAN_PROVIDER.value, KeyUsage.DIGITAL_SIGNATURE),
    ("wan_provider", Role.WAN_PROVIDER.value, KeyUsage.KEY_AGREEMENT),
)
_DEVICE_USAGES: Final = (KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT)


def _named(authorities: Authorities) -> tuple[tuple[str, Authority], ...]:
    """The authorities, by the names of their files."""
    return (
        ("root-ca", authorities.root),
        ("issuing-ca", authorities.issuing),
        ("device-root-ca", authorities.device_root),
        ("device-issuing-ca", authorities.device_issuing),
    )


def _issue(plan: StreetPlan, authorities: Authorities, progress: Progress | None) -> Iterator[IssuedKey]:
    """Make every key pair of the plan, one at a time, so that a long street needs no more memory."""
    devices = tuple(plan.devices())
    total = len(_PARTY_KEYS) + len(devices) * len(_DEVICE_USAGES)
    for done, one in enumerate(_pairs(plan, devices, authorities), 1):
        yield one
        if progress is not None:
            progress(done, total)


def _pairs(
    plan: StreetPlan, devices: Iterable[tuple[Eui, str]], authorities: Authorities
) -> Iterator[IssuedKey]:
    for party, code, usage in _PARTY_KEYS:
        eui, key = getattr(plan, party), new_key()
        yield IssuedKey(eui, usage, authorities.organisation(eui, code, usage, key.public_key()), key)
    for eui, _ in devices:
        for usage in _DEVICE_USAGES:
            key = new_key()
            yield IssuedKey(eui, usage, authorities.device(eui, usage, key.public_key()), key)


def _take(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{folder} is a file, not a folder for keys") from None
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; keys are never written over: name a new folder")
    folder.chmod(0o700)


def _write_pair(stem: Path, certificate: x509.Certificate, key: PrivateKey | None) -> None:
    _write(stem.with_suffix(".pem"), certificate.public_bytes(Encoding.PEM), _PUBLIC)
    if key is not None:
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(stem.with_suffix(".key"), pem, _PRIVATE)


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a file that is not there yet, with its permissions from the start."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
