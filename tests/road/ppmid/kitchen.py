"""A PPMID with the meters that it shows: what it asks of them is answered at once, if they are on."""

from __future__ import annotations

from typing import Any

from doorstep.gbcs.keys import KeyRing
from doorstep.road.machine import Heard, Send
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.display import Display, MeterDisplay
from doorstep.road.ppmid.events import Displayed, PoweredOn, PpmidInput
from doorstep.zigbee.clusters import TUNNELING
from tests.road.hub.messages import ESME, GPF, GSME, PPMID
from tests.road.ppmid.meters import StubMeter
from tests.road.ppmid.test_machine import Bench

BOTH_METERS = PpmidConfig(PPMID, GPF, esme=ESME, gsme=GSME)
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000


class Kitchen(Bench):
    """``said`` is all that the PPMID ever said but for its frames to the meters."""

    def __init__(
        self,
        config: PpmidConfig = BOTH_METERS,
        policy: PpmidPolicy | None = None,
        memory: dict[str, bytes | None] | None = None,
        keys: KeyRing | None = None,
        *,
        opened: bool = True,
        on: bool = True,
    ) -> None:
        self.esme, self.mirror = StubMeter(ESME), StubMeter(GPF)
        self.esme.on = self.mirror.on = on
        self.asked: list[Send] = []
        self.said: list[Any] = []
        super().__init__(config, policy, memory, keys, power_on=False)
        self.tell(PoweredOn())
        if opened:
            self.opened()

    def tell(self, event: PpmidInput) -> list[Any]:
        return self._served(super().tell(event))

    def wait(self, duration: int) -> list[Any]:
        until = self.now + duration
        said: list[Any] = []
        while (due := self.ppmid.deadline()) is not None and due <= until:
            self.now = due
            self.ppmid.on_deadline(due)
            said += self._served(self.listen())
        self.now = until
        return said

    def _served(self, said: list[Any]) -> list[Any]:
        """Let the meters answer what was asked of them; gives what else was said."""
        rest = []
        for event in said:
            if isinstance(event, Send) and event.asdu.cluster != TUNNELING.id:
                self.asked.append(event)
                meter = self.esme if event.asdu.destination == ESME else self.mirror
                for answer in meter.hear(event.asdu):
                    rest += self.tell(Heard(answer))
            else:
                self.said.append(event)
                rest.append(event)
        return rest

    @property
    def display(self) -> Display:
        """What is shown."""
        shown = [event.display for event in self.said if isinstance(event, Displayed)]
        return shown[-1] if shown else Display()

    @property
    def electricity(self) -> MeterDisplay:
        assert self.display.electricity is not None
        return self.display.electricity

    @property
    def gas(self) -> MeterDisplay:
        assert self.display.gas is not None
        return self.display.gas
