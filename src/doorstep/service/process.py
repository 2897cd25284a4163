"""What the process of every stop has in common: its settings, its memory, and how it ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.road.han.secrets import DeviceSecrets, HubSecrets
from doorstep.service.event_log import EventLog
from doorstep.service.han_keys import read_device_secrets, read_hub_secrets
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.memory import Memory, SqliteMemory, VolatileMemory
from doorstep.service.street_file import read_street
from doorstep.service.tasks import first_of
from doorstep.street import StreetPlan
from doorstep.zigbee.zep import UDP_PORT

__all__ = ["HanSetting", "Ready", "StopSetting", "checked_url", "until_signalled"]

Ready = Callable[[], None]
"""Told once, when the stop listens wherever it is to."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class StopSetting(Struct, frozen=True):
    """What every stop's process is told: the folder of the street's keys, and the file of its memory."""

    keys: Path
    state: Path | None = None

    def street(self) -> tuple[StreetPlan, FolderKeyStore]:
        """The plan of the street and its key store; raises :class:`UsageError`."""
        return read_street(self.keys), FolderKeyStore(self.keys)

    def device_secrets(self, eui: Eui) -> DeviceSecrets:
        """What a Device's radio must keep secret, and no other box's; raises :class:`UsageError`."""
        return read_device_secrets(self.keys, eui)

    def hub_secrets(self, gpf: Eui) -> HubSecrets:
        """What a hub's radio must keep secret; raises :class:`UsageError`."""
        return read_hub_secrets(self.keys, gpf)

    @contextmanager
    def memory(self, owner: str, log: EventLog) -> Iterator[Memory]:
        """The memory of this stop; without a file one that is gone with the process, which is said."""
        if self.state is None:
            log.say("volatile", why="no --state: what this stop remembers is gone when it ends")
        memory = SqliteMemory(self.state, owner) if self.state else VolatileMemory()
        try:
            yield memory
        finally:
            memory.close()


class HanSetting(Struct, frozen=True):
    """Where the homes' air is: the address of an interface, and a UDP port.

    ``key_log``, for a hub: the file that its radio's keys are written to, for who captures the air.
    """

    interface: str = "127.0.0.1"
    port: int = UDP_PORT
    key_log: Path | None = None


async def until_signalled(ready: Ready, *works: Coroutine[Any, Any, None]) -> None:
    """Do all of these until SIGINT or SIGTERM comes, or one of them ends; ``ready`` is told first."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, ending.set)
    try:
        ready()
        await first_of(_wait(ending), *works)
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def checked_url(url: str, *schemes: str) -> str:
    """A URL of one of these schemes, with a host; raises :class:`UsageError` for anything else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"not a URL: {url[:80]!r}: {error}") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise UsageError(f"not a URL that begins {' or '.join(f'{one}://' for one in schemes)}: {url[:80]!r}")
    return url.rstrip("/")


async def _wait(ending: asyncio.Event) -> None:
    await ending.wait()
