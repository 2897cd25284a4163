"""The secrets of the homes' networks in a street's folder: one file a box, readable by its owner only.

A Device's (``d0055e01000100bd-han.toml``)::

    install_code = "83FED3407A939723A5C639B26916D505C3B5"    # as printed on it: 16 octets and their check
    seed = "..."                                             # 32 octets

and the hub's, by the identifier of its GPF::

    network_key = "..."                                      # 16 octets
    seed = "..."

    [link_keys]
    "D0-05-5E-01-00-01-00-BD" = "..."                        # what each install code stands for
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from doorstep.errors import InputError, UsageError
from doorstep.eui import Eui
from doorstep.road.han.secrets import DeviceSecrets, HubSecrets
from doorstep.street import HomePlan
from doorstep.zigbee.keys import install_code

__all__ = ["new_home_secrets", "read_device_secrets", "read_hub_secrets"]

T = TypeVar("T")

_MAX_FILE: Final = 0x4000
_CODE_SIZE: Final = 16
_KEY_SIZE: Final = 16
_SEED_SIZE: Final = 32
_OF_THE_HUB: Final = ("CHF", "GPF")
_VISITOR: Final = "HHT"
"""Its install code is shown to the hub when it comes."""


class _DeviceFile(Struct, frozen=True, forbid_unknown_fields=True):
    install_code: str
    seed: str


class _HubFile(Struct, frozen=True, forbid_unknown_fields=True):
    network_key: str
    seed: str
    link_keys: dict[str, str]


def read_device_secrets(folder: Path, eui: Eui) -> DeviceSecrets:
    """A Device's own secrets; raises :class:`UsageError` that names the file."""
    path = _path(folder, eui)
    file = _read(path, _DeviceFile)
    try:
        return DeviceSecrets(bytes.fromhex(file.install_code), bytes.fromhex(file.seed))
    except (ValueError, InputError) as error:
        raise UsageError(f"{path}: {error}") from None


def read_hub_secrets(folder: Path, gpf: Eui) -> HubSecrets:
    """A hub's own secrets; raises :class:`UsageError` that names the file."""
    path = _path(folder, gpf)
    file = _read(path, _HubFile)
    try:
        keys = {Eui.parse(eui): bytes.fromhex(key) for eui, key in file.link_keys.items()}
        return HubSecrets(bytes.fromhex(file.network_key), bytes.fromhex(file.seed), keys)
    except (ValueError, InputError) as error:
        raise UsageError(f"{path}: {error}") from None


def new_home_secrets(home: HomePlan) -> Iterator[tuple[str, bytes]]:
    """New secrets for the boxes of a home: the name and the content of each file."""
    link_keys = []
    for eui, kind in home.devices:
        if kind in _OF_THE_HUB:
            continue
        made = DeviceSecrets(install_code(secrets.token_bytes(_CODE_SIZE)), secrets.token_bytes(_SEED_SIZE))
        if kind != _VISITOR:
            link_keys.append(f'"{eui}" = "{made.link_key.hex()}"\n')
        yield _name(eui), f'install_code = "{made.install_code.hex().upper()}"\n{_seed(made.seed)}'.encode()
    gpf = home.device("GPF")
    if gpf is not None:
        front = f'network_key = "{secrets.token_hex(_KEY_SIZE)}"\n{_seed(secrets.token_bytes(_SEED_SIZE))}'
        yield _name(gpf), (front + "\n[link_keys]\n" + "".join(link_keys)).encode()


def _seed(seed: bytes) -> str:
    return f'seed = "{seed.hex()}"\n'


def _name(eui: Eui) -> str:
    return f"{eui.hex()}-han.toml"


def _path(folder: Path, eui: Eui) -> Path:
    return folder / _name(eui)


def _read(path: Path, kind: type[T]) -> T:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
    except FileNotFoundError:
        raise UsageError(
            f"{path}: there is none; `doorstep keys new` makes it with a street's keys"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > _MAX_FILE:
        raise UsageError(f"{path}: more than {_MAX_FILE} bytes")
    try:
        return msgspec.convert(tomllib.loads(data.decode()), kind)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from None
