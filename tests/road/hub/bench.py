"""One hub, with the frames to and from it in hex, and the memory that it asks for."""

from __future__ import annotations

from typing import Any

from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.config import HubConfig, HubKeys, HubPolicy
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.events import HubInput, PoweredOn, ToWan, WanTook
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.zigbee.asdu import Asdu
from tests.road.hub.messages import CHF, ESME, GPF, GSME, PPMID, TYPE2

HOUR = 3_600_000
LOG = DeviceLog.of(
    [
        (ESME, DeviceType.ESME),
        (GSME, DeviceType.GSME),
        (PPMID, DeviceType.PPMID),
        (TYPE2, DeviceType.TYPE2),
    ]
)
CONFIG = HubConfig(chf=CHF, gpf=GPF, devices=LOG, firmware=2)


class Bench:
    """A hub, with frames to and from it in hex; TSNs of the Devices count up by themselves."""

    def __init__(
        self,
        config: HubConfig = CONFIG,
        policy: HubPolicy | None = None,
        memory: dict[str, bytes | None] | None = None,
        keys: HubKeys | None = None,
        now: int = 0,
    ) -> None:
        self.memory: dict[str, bytes | None] = dict(memory or {})
        self.hub = Hub(config, policy, self.memory, keys)
        self.now = now
        self.said: list[Any] = []
        self.sequence = 0
        self.wan_takes = True
        self.gsme_tunnel = 0
        self.tell(PoweredOn())

    @property
    def held(self) -> dict[str, bytes | None]:
        """What the hub remembers beside its logs."""
        return {key: value for key, value in self.memory.items() if not key.startswith("log:")}

    def tell(self, event: HubInput) -> list[Any]:
        """Give the hub an event; gives all that it says to it."""
        self.hub.receive(event, self.now)
        return self.listen()

    def listen(self) -> list[Any]:
        said = []
        while (event := self.hub.next_event()) is not None:
            said.append(event)
            if isinstance(event, Remember):
                for key, value in event.entries.items():
                    if value is None:
                        assert key in self.memory, "only what was remembered is forgotten"
                        del self.memory[key]
                    else:
                        self.memory[key] = value
            elif isinstance(event, ToWan) and self.wan_takes:
                self.hub.receive(WanTook(event.reference), self.now)
        self.said += said
        return said

    def wait(self, duration: int) -> list[Any]:
        """Let time pass, deadline by deadline."""
        until = self.now + duration
        said: list[Any] = []
        while (due := self.hub.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.hub.on_deadline(self.now)
            said += self.listen()
        self.now = until
        return said

    def hear(self, device: Eui, payload: bytes) -> list[Any]:
        return self.tell(Heard(Asdu(device, GPF, 1, 3, 0x0704, 0x0109, payload)))

    def command(self, device: Eui, number: int, fields: bytes, *, to_client: bool = False) -> list[Any]:
        """A command of the Tunneling cluster from a Device."""
        self.sequence = (self.sequence + 1) & 0xFF
        return self.hear(device, bytes((0x09 if to_client else 0x01, self.sequence, number)) + fields)

    def open(self, device: Eui) -> int:
        """Open the tunnel of a Device that asks; gives the tunnel id."""
        said = self.command(device, 0x00, bytes.fromhex("06FFFF00DC05"))
        (answer,) = frames(said)
        assert answer[2:3] == b"\x00"
        assert answer[5] == 0
        return answer[3]

    def grant(self, device: Eui) -> list[Any]:
        """Answer the hub's request, as an ESME does."""
        sequence = next(
            event.asdu.payload[1]
            for event in reversed(self.said)
            if isinstance(event, Send) and event.asdu.destination == device and event.asdu.payload[2] == 0x00
        )
        return self.hear(device, bytes((0x09, sequence, 0x00)) + bytes.fromhex("010000DC05"))

    def transfer(self, device: Eui, data: bytes, tunnel_id: int = 0) -> list[Any]:
        """Data from a Device that is the client of its tunnel."""
        return self.command(device, 0x02, bytes((tunnel_id, 0)) + data)

    def confirm(self, device: Eui, sent: bytes, status: int = 0) -> list[Any]:
        """The Default Response of a Device to a frame that the hub sent."""
        control = 0x18 if sent[0] & 0x08 == 0 else 0x10
        return self.hear(device, bytes((control, sent[1], 0x0B, sent[2], status)))


def frames(said: list[Any], device: Eui | None = None) -> list[bytes]:
    """The frames that were sent, to one Device or to any."""
    return [
        event.asdu.payload
        for event in said
        if isinstance(event, Send) and (device is None or event.asdu.destination == device)
    ]


def notes(said: list[Any], what: str) -> list[Note]:
    return [event for event in said if isinstance(event, Note) and event.what == what]


def sent_to_wan(said: list[Any]) -> list[bytes]:
    return [event.message for event in said if isinstance(event, ToWan)]


def order(said: list[Any]) -> list[str]:
    return [type(event).__name__ for event in said]
