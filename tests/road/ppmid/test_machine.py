"""The PPMID as one machine: its User on one side, the hub's frames, written by hand, on the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep.errors import UsageError
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.events import Deliver, PoweredOn, PpmidInput, Report, Stage
from doorstep.road.ppmid.machine import Ppmid
from doorstep.road.tunnel import TunnelPolicy
from doorstep.zigbee.asdu import Asdu
from tests.road.hub.messages import (
    COMMAND,
    ESME,
    GPF,
    GSME,
    PPMID,
    RESPONSE,
    SUPPLIER,
    alert,
    command,
    message,
    response,
)

CONFIG = PpmidConfig(PPMID, GPF)


class Bench:
    """A PPMID with its memory."""

    def __init__(
        self,
        config: PpmidConfig = CONFIG,
        policy: PpmidPolicy | None = None,
        memory: dict[str, bytes | None] | None = None,
        keys: KeyRing | None = None,
        *,
        power_on: bool = True,
    ) -> None:
        self.memory: dict[str, bytes | None] = dict(memory or {})
        self.ppmid = Ppmid(config, policy, self.memory, keys)
        self.now = 0
        if power_on:
            self.tell(PoweredOn())

    def tell(self, event: PpmidInput) -> list[Any]:
        self.ppmid.receive(event, self.now)
        return self.listen()

    def listen(self) -> list[Any]:
        said = []
        while (event := self.ppmid.next_event()) is not None:
            said.append(event)
            if isinstance(event, Remember):
                for key, value in event.entries.items():
                    if value is None:
                        del self.memory[key]
                    else:
                        self.memory[key] = value
        return said

    def hear(self, text: str, data: bytes = b"") -> list[Any]:
        """A frame from the hub."""
        payload = bytes.fromhex(text) + data
        return self.tell(Heard(Asdu(GPF, PPMID, 3, 1, 0x0704, 0x0109, payload)))

    def wait(self, duration: int) -> list[Any]:
        until = self.now + duration
        said: list[Any] = []
        while (due := self.ppmid.deadline()) is not None and due <= until:
            self.now = due
            self.ppmid.on_deadline(due)
            said += self.listen()
        self.now = until
        return said

    def opened(self) -> Bench:
        self.hear("09 00 00 0500 00 DC05")
        return self


def frames(said: list[Any]) -> list[str]:
    return [event.asdu.payload.hex(" ").upper() for event in said if isinstance(event, Send)]


def reports(said: list[Any]) -> list[Report]:
    return [event for event in said if isinstance(event, Report)]


def order(said: list[Any]) -> list[str]:
    return [type(event).__name__ for event in said]


# -- handing over ---------------------------------------------------------------------------------


def test_on_power_on_it_asks_the_hub_for_the_tunnel() -> None:
    bench = Bench(power_on=False)
    (sent,) = bench.tell(PoweredOn())
    assert sent == Send(Asdu(PPMID, GPF, 1, 3, 0x0704, 0x0109, bytes.fromhex("01000006FFFF00DC05")))


def test_a_delivery_is_written_down_then_accepted_then_sent_as_it_is() -> None:
    bench = Bench().opened()
    said = bench.tell(Deliver("d1", command(ESME)))
    assert order(said) == ["Remember", "Report", "Send"]
    assert reports(said) == [Report("d1", Stage.ACCEPTED)]
    assert said[2].asdu.payload == bytes.fromhex("0101020500") + command(ESME)
    said = bench.hear("18 01 0B 02 00")
    assert order(said) == ["Remember", "Report"]
    assert reports(said)[0].stage is Stage.RECEIVED
    assert "does not say" in reports(said)[0].detail


def test_a_delivery_waits_for_the_tunnel() -> None:
    bench = Bench()
    assert frames(bench.tell(Deliver("d1", command(ESME)))) == []
    assert len(frames(bench.hear("09 00 00 0500 00 DC05"))) == 1


def test_the_same_delivery_again_is_told_the_same_and_sent_no_more() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME)))
    assert bench.tell(Deliver("d1", command(ESME))) == [Report("d1", Stage.ACCEPTED)]
    (report,) = reports(bench.hear("18 01 0B 02 00"))
    assert bench.tell(Deliver("d1", command(ESME))) == [report]


def test_another_command_under_the_same_name_is_refused_and_changes_nothing() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME, 1)))
    (report,) = bench.tell(Deliver("d1", command(ESME, 2)))
    assert report.stage is Stage.REFUSED
    assert "name" in report.detail
    assert bench.tell(Deliver("d1", command(ESME, 1))) == [Report("d1", Stage.ACCEPTED)]


@pytest.mark.parametrize(
    ("config", "data", "words"),
    [
        (replace(CONFIG, relays=False), command(ESME), "this PPMID does not relay Remote Party Commands"),
        (
            replace(CONFIG, relays=False, device_type=DeviceType.HHT),
            command(ESME),
            "this HHT does not relay",
        ),
        (CONFIG, b"", "not a GBCS message"),
        (CONFIG, b"hello", "not a GBCS message"),
        (CONFIG, command(ESME)[:-1], "not a GBCS message"),
        (CONFIG, response(ESME), "not a Command but a GBCS Response"),
        (CONFIG, alert(ESME), "not a Command but a GBCS Alert"),
        (CONFIG, command(ESME, size=16_385), "16385 bytes are over the 16384"),
    ],
)
def test_what_it_cannot_relay_is_refused_with_the_reason_and_not_written_down(
    config: PpmidConfig, data: bytes, words: str
) -> None:
    bench = Bench(config).opened()
    (report,) = bench.tell(Deliver("d1", data))
    assert report.stage is Stage.REFUSED
    assert words in report.detail
    assert bench.memory == {}


def test_1500_bytes_are_relayed() -> None:
    bench = Bench().opened()
    said = bench.tell(Deliver("d1", command(ESME, size=1500)))
    assert said[2].asdu.payload[5:] == command(ESME, size=1500)


def test_too_many_at_once_are_refused_until_some_are_over() -> None:
    bench = Bench(policy=PpmidPolicy(pending=2)).opened()
    for number in range(2):
        bench.tell(Deliver(f"d{number}", command(ESME, number)))
    (report,) = bench.tell(Deliver("d2", command(ESME, 2)))
    assert (report.stage, report.detail[:8]) == (Stage.REFUSED, "too many")
    bench.hear("18 01 0B 02 00")
    assert reports(bench.tell(Deliver("d2", command(ESME, 2)))) == [Report("d2", Stage.ACCEPTED)]


@pytest.mark.parametrize("name", ["", "x" * 129, "two\nlines", "\x00", "\ud800"])
def test_a_delivery_needs_a_name_that_can_be_told_back(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        Deliver(name, command(ESME))


@pytest.mark.parametrize("name", ["x", "x" * 128, "order 17/b", "Überweisung"])
def test_names_may_be_any_printable_text(name: str) -> None:
    bench = Bench()
    bench.tell(Deliver(name, command(ESME)))
    again = Bench(memory=bench.memory)
    assert again.tell(Deliver(name, command(ESME))) == [Report(name, Stage.ACCEPTED)]


@pytest.mark.parametrize("wrong", [{"pending": 0}, {"remembered": 0}])
def test_a_policy_that_remembers_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        PpmidPolicy(**wrong)  # type: ignore[arg-type]  # Both are numbers.


def test_only_a_ppmid_or_an_hht_relays() -> None:
    with pytest.raises(UsageError, match="ESME"):
        PpmidConfig(PPMID, GPF, DeviceType.ESME)


# -- what becomes of it ---------------------------------------------------------------------------


def test_the_hub_may_turn_it_down() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME)))
    (report,) = reports(bench.hear("18 01 0B 02 89"))
    assert (report.stage, report.detail) == (
        Stage.REFUSED,
        "the other end did not take it: Default Response 0x89 insufficient space",
    )


def test_the_hub_may_refuse_the_tunnel() -> None:
    bench = Bench()
    bench.tell(Deliver("d1", command(ESME)))
    (report,) = reports(bench.hear("09 00 00 FFFF 03 DC05"))
    assert report.stage is Stage.REFUSED
    assert "protocol not supported" in report.detail


def test_silence_is_unanswered_and_the_same_delivery_may_then_be_tried_again() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME)))
    said = bench.wait(80_000)
    assert len(frames(said)) == 3
    assert [report.stage for report in reports(said)] == [Stage.UNANSWERED]
    said = bench.tell(Deliver("d1", command(ESME)))
    assert order(said) == ["Remember", "Report", "Send"]
    (report,) = reports(bench.hear("18 02 0B 02 00"))
    assert (report.delivery, report.stage) == ("d1", Stage.RECEIVED)


def test_a_hub_that_is_busy_for_too_long_is_unanswered() -> None:
    bench = Bench(policy=PpmidPolicy(tunnel=TunnelPolicy(patience=60_000)))
    bench.tell(Deliver("d1", command(ESME)))
    bench.hear("09 00 00 FFFF 01 DC05")
    (report,) = reports(bench.wait(60_000))
    assert (report.stage, report.detail) == (Stage.UNANSWERED, "it waited too long for a tunnel")


def test_unfinished_deliveries_go_on_after_a_restart_and_finished_ones_are_known() -> None:
    bench = Bench().opened()
    for number in range(3):
        bench.tell(Deliver(f"d{number}", command(ESME, number)))
    bench.hear("18 01 0B 02 00")
    again = Bench(memory=bench.memory)
    said = again.hear("09 00 00 0500 00 DC05")
    assert said[-1].asdu.payload[5:] == command(ESME, 1)
    said = again.hear("18 01 0B 02 00")
    assert said[-1].asdu.payload[5:] == command(ESME, 2)
    (report,) = again.tell(Deliver("d0", command(ESME, 0)))
    assert report.stage is Stage.RECEIVED


def test_it_knows_only_so_many_that_are_over() -> None:
    bench = Bench(policy=PpmidPolicy(remembered=3)).opened()
    for number in range(20):
        bench.tell(Deliver(f"d{number}", command(ESME, number)))
        bench.hear(f"18 {number + 1:02X} 0B 02 00")
    assert len(bench.memory) == 3
    assert order(bench.tell(Deliver("d0", command(ESME, 0)))) == ["Remember", "Report", "Send"]


# -- the way back ---------------------------------------------------------------------------------


def test_a_response_is_reported_before_its_arrival_is_confirmed() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME, 7)))
    bench.hear("18 01 0B 02 00")
    said = bench.hear("09 44 01 0500", response(ESME, 7))
    assert order(said) == ["Remember", "Report", "Send"]
    assert said[1].delivery == "d1"
    assert said[1].stage is Stage.RESPONSE
    assert said[1].message == response(ESME, 7)
    assert frames(said) == ["10 44 0B 01 00"]
    assert bench.tell(Deliver("d1", command(ESME, 7))) == [said[1]]


def test_a_response_may_come_before_the_confirmation_of_its_command() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME, 7)))
    (report,) = reports(bench.hear("09 44 01 0500", response(ESME, 7)))
    assert report.stage is Stage.RESPONSE
    assert reports(bench.hear("18 01 0B 02 00")) == []
    assert bench.tell(Deliver("d1", command(ESME, 7))) == [report]


def test_a_late_response_still_counts_where_nobody_had_answered() -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME, 7)))
    bench.wait(80_000)
    (report,) = reports(bench.hear("09 44 01 0500", response(ESME, 7)))
    assert (report.delivery, report.stage) == ("d1", Stage.RESPONSE)


@pytest.mark.parametrize(
    "other",
    [
        response(ESME, 8),
        response(GSME, 7),
        alert(ESME, 7),
        command(ESME, 7),
    ],
    ids=["other counter", "other Device", "alert", "a Command"],
)
def test_a_message_that_answers_no_delivery_is_reported_without_a_name(other: bytes) -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME, 7)))
    (report,) = reports(bench.hear("09 44 01 0500", other))
    assert (report.delivery, report.stage, report.message) == ("", Stage.RESPONSE, other)


@pytest.mark.parametrize(
    ("own", "what"),
    [
        (message(COMMAND, SUPPLIER, PPMID), "for this Device"),
        (alert(GSME).replace(SUPPLIER, PPMID), "for this Device"),
        (message(RESPONSE, GSME, PPMID, 7, 0x0090), "ignored"),
    ],
)
def test_what_is_for_the_ppmid_itself_is_not_for_its_user(own: bytes, what: str) -> None:
    bench = Bench().opened()
    said = bench.hear("09 44 01 0500", own)
    assert reports(said) == []
    assert [(event.what, event.about) for event in said if isinstance(event, Note)] == [(what, own)]


def test_what_is_no_gbcs_message_is_noted() -> None:
    bench = Bench().opened()
    said = bench.hear("09 44 01 0500", b"\x00\x01")
    assert reports(said) == []
    assert [event.what for event in said if isinstance(event, Note)] == ["refused"]


# -- the home's network ---------------------------------------------------------------------------


def test_in_the_older_reading_it_waits_to_be_asked() -> None:
    bench = Bench(replace(CONFIG, hub_opens_tunnel=True))
    assert frames(bench.tell(Deliver("d1", command(ESME)))) == []
    said = bench.hear("01 07 00 06FFFF00DC05")
    assert frames(said)[0] == "09 07 00 00 00 00 DC 05"
    assert said[-1].asdu.payload == bytes.fromhex("0900010000") + command(ESME)
    (report,) = reports(bench.hear("10 00 0B 01 00"))
    assert report.stage is Stage.RECEIVED


@pytest.mark.parametrize(
    "change",
    [
        {"source": ESME},
        {"destination": ESME},
        {"cluster": 0x0702},
        {"destination_endpoint": 2},
        {"profile": 0},
    ],
)
def test_only_the_hubs_tunnel_frames_are_heard(change: dict[str, Any]) -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", command(ESME)))
    asdu = Asdu(GPF, PPMID, 3, 1, 0x0704, 0x0109, bytes.fromhex("18010B0200"))
    assert [event.what for event in bench.tell(Heard(replace(asdu, **change)))] == ["ignored"]


@given(st.lists(st.binary(max_size=20) | st.binary(max_size=8).map(lambda tail: b"\x09\x01" + tail)))
def test_any_payload_is_borne_and_the_delivery_comes_to_an_end(payloads: list[bytes]) -> None:
    bench = Bench()
    said = bench.tell(Deliver("d1", command(ESME)))
    for payload in payloads:
        said += bench.tell(Heard(Asdu(GPF, PPMID, 3, 1, 0x0704, 0x0109, payload)))
    said += bench.wait(2 * 3_600_000)
    stages = [report.stage for report in reports(said) if report.delivery == "d1"]
    assert stages[0] is Stage.ACCEPTED
    assert stages[-1] in (Stage.RECEIVED, Stage.REFUSED, Stage.UNANSWERED)
