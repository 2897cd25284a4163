"""What must stay secret of a home's network, box by box: each holds what is its own and no more."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, structs

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.road.han.config import KEY_SIZE, SEED_SIZE, secret
from doorstep.secret import Secret
from doorstep.zigbee.keys import link_key

__all__ = ["DeviceSecrets", "HubSecrets"]


class DeviceSecrets(Struct, frozen=True):
    """A Device's install code, with its check, and its seed. Raises :class:`InputError` for a wrong check."""

    install_code: bytes
    seed: bytes

    def __post_init__(self) -> None:
        link_key(self.install_code)
        structs.force_setattr(self, "install_code", Secret(self.install_code))
        structs.force_setattr(self, "seed", secret(self.seed, SEED_SIZE, "seed"))

    @property
    def link_key(self) -> Secret:
        """What the install code stands for."""
        return Secret(link_key(self.install_code))


class HubSecrets(Struct, frozen=True):
    """The hub's: the network key, the seed, and the link keys of the Devices that may join it."""

    network_key: bytes
    seed: bytes
    link_keys: Mapping[Eui, bytes]

    def __post_init__(self) -> None:
        structs.force_setattr(self, "network_key", secret(self.network_key, KEY_SIZE, "network key"))
        structs.force_setattr(self, "seed", secret(self.seed, SEED_SIZE, "seed"))
        keys = {eui: secret(key, KEY_SIZE, "link key") for eui, key in self.link_keys.items()}
        structs.force_setattr(self, "link_keys", keys)

    def link_key_of(self, eui: Eui) -> bytes:
        """The link key of one Device; raises :class:`UsageError` where the hub has none for it."""
        key = self.link_keys.get(eui)
        if key is None:
            raise UsageError(f"the hub has no install code of {eui}")
        return key
