"""Any state of the hub with any input: nothing is raised, nothing is outside its table, memory is bounded."""

from __future__ import annotations

import gc
import tracemalloc
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.han.endpoints import DESCRIPTORS
from doorstep.road.han.events import Described, Joined, Left
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.device_log import HISTORY
from doorstep.road.hub.event_log import Log
from doorstep.road.hub.events import (
    FirmwareActivated,
    FromWan,
    HhtPresented,
    ImageReceived,
    Listed,
    PoweredOn,
    Unlisted,
    WanDown,
    WanTook,
    WanUp,
)
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Heard
from doorstep.road.tunnel.states import CLIENT, SERVER
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zdo import SimpleDescriptor
from tests.road.hub.bench import CONFIG, Bench
from tests.road.hub.gas import accepted, gcs01b, tariff
from tests.road.hub.messages import (
    ALERT,
    CHF,
    COMMAND,
    ESME,
    GPF,
    GSME,
    HCALCS,
    HHT,
    PCS02,
    PPMID,
    RESPONSE,
    STRANGER,
    SUPPLIER,
    TYPE2,
    message,
)
from tests.road.hub.parties import CHF_CELLS, GPF_CELLS, KEYS, NOW, ccs01, ccs02, ccs03, ccs06, ccs07

DEVICES = (ESME, GSME, PPMID, HCALCS, TYPE2, HHT, STRANGER)
SETTING = replace(CONFIG, chf_cells=CHF_CELLS, gpf_cells=GPF_CELLS, response_copy=True)
POLICY = HubPolicy(waiting=3, wan_waiting=4, taps=3, mirrored=5, events=6, returns=4)
STATES = {state for table in (CLIENT, SERVER) for state, _event in table}

device = st.sampled_from(DEVICES)
small = st.integers(0, 40)


def most_remembered(policy: HubPolicy) -> int:
    """Entries that this hub may ask to have remembered at most, each limit by its name."""
    senders = len(DEVICES) + 3  # the Devices, the hub's own two, and the WAN
    return (
        policy.waiting * senders * len(DEVICES)
        + policy.wan_waiting * senders
        + policy.taps
        + policy.returns * len(DEVICES)
        + policy.events * len(Log)
        + 60  # what the two Functions keep: counters, slots of the gas proxy, the log, firmware
    )


class AnyInput(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.bench = Bench(SETTING, POLICY, keys=KEYS, now=NOW)
        self.counter = 100

    def next_counter(self) -> int:
        self.counter += 1
        return self.counter

    # -- the home ---------------------------------------------------------------------------------

    @rule(device=device, fields=st.binary(max_size=8), number=st.integers(0, 7), to_client=st.booleans())
    def tunnelling(self, device: Eui, number: int, fields: bytes, to_client: bool) -> None:
        self.bench.command(device, number, fields, to_client=to_client)

    @rule(device=device)
    def asks_for_a_tunnel(self, device: Eui) -> None:
        self.bench.command(device, 0x00, bytes.fromhex("06FFFF00DC05"))

    @rule(device=device, tunnel=st.integers(0, 3), status=st.integers(0, 4), sequence=st.integers(0, 12))
    def answers_a_request(self, device: Eui, tunnel: int, status: int, sequence: int) -> None:
        fields = bytes((tunnel, 0, status)) + bytes.fromhex("DC05")
        self.bench.hear(device, bytes((0x09, sequence, 0x00)) + fields)

    @rule(device=device, sequence=st.integers(0, 20), command=st.integers(0, 3), status=st.integers(0, 0xFF))
    def confirms(self, device: Eui, sequence: int, command: int, status: int) -> None:
        self.bench.hear(device, bytes((0x18, sequence, 0x0B, command, status)))
        self.bench.hear(device, bytes((0x10, sequence, 0x0B, command, status)))

    @rule(
        device=device,
        tunnel=st.integers(0, 3),
        to_client=st.booleans(),
        cra=st.sampled_from([COMMAND, RESPONSE, ALERT]),
        author=st.sampled_from([SUPPLIER, *DEVICES]),
        addressee=st.sampled_from([SUPPLIER, CHF, GPF, *DEVICES]),
        code=st.sampled_from([0x001D, 0x009B, 0x00A3, 0x0071, 0x010F, 0xFFFE]),
        counter=small,
    )
    def tunnels_a_message(self, device: Eui, tunnel: int, to_client: bool, **what: Any) -> None:
        data = message(what["cra"], what["author"], what["addressee"], what["counter"], what["code"])
        prefix = b"\x03" if device == GSME else b""
        number = 0x01 if to_client else 0x02
        self.bench.command(device, number, bytes((tunnel, 0)) + prefix + data, to_client=to_client)

    @rule(tunnel=st.integers(0, 3), data=st.sampled_from([b"\x01", b"\x02\x00", b"", b"\x03" + PCS02]))
    def gas_meter_fetches(self, tunnel: int, data: bytes) -> None:
        self.bench.command(GSME, 0x02, bytes((tunnel, 0)) + data)

    @rule(
        device=device,
        endpoint=st.integers(0, 4),
        cluster=st.sampled_from([0x0000, 0x0700, 0x0702, 0x0703, 0x0704, 0x0705, 0x0707]),
        payload=st.binary(max_size=30),
    )
    def any_payload(self, device: Eui, endpoint: int, cluster: int, payload: bytes) -> None:
        self.bench.tell(Heard(Asdu(device, GPF, 1, endpoint, cluster, 0x0109, payload)))

    @rule(device=device, how=st.sampled_from([Joined, Left]))
    def comes_or_goes(self, device: Eui, how: Any) -> None:
        self.bench.tell(how(device))

    @rule(device=device, kind=st.sampled_from(list(DeviceType)))
    def is_listed(self, device: Eui, kind: DeviceType) -> None:
        self.bench.tell(Listed(device, kind))

    @rule(device=device, endpoints=st.sampled_from([(), *DESCRIPTORS.values()]))
    def says_what_it_is(self, device: Eui, endpoints: tuple[SimpleDescriptor, ...]) -> None:
        self.bench.tell(Described(device, endpoints))

    @rule(device=device)
    def is_unlisted(self, device: Eui) -> None:
        self.bench.tell(Unlisted(device))

    @rule(code=st.sampled_from([b"", b"short", bytes(16)]))
    def hht(self, code: bytes) -> None:
        self.bench.tell(HhtPresented(HHT, code))

    # -- remote parties ---------------------------------------------------------------------------

    @rule(addressee=st.sampled_from([CHF, GPF, *DEVICES]), counter=small, cra=st.integers(1, 3))
    def from_the_wan(self, addressee: Eui, counter: int, cra: int) -> None:
        self.bench.tell(FromWan(message(cra, SUPPLIER, addressee, counter)))

    @rule(price=small, later=st.booleans(), good=st.booleans())
    def tariff_for_gas(self, price: int, later: bool, good: bool) -> None:
        counter = self.next_counter()
        self.bench.tell(FromWan(gcs01b(counter, *tariff(price, start=900_000_000 if later else 0))))
        answer = accepted(counter, (0, 0 if good else 1))
        self.bench.command(GSME, 0x02, b"\x00\x00\x03" + answer)

    @rule(device=device, timeout=st.integers(0, 0xFFFF))
    def adds(self, device: Eui, timeout: int) -> None:
        self.bench.tell(FromWan(ccs01(self.next_counter(), device, timeout=timeout)))

    @rule(device=device)
    def removes(self, device: Eui) -> None:
        self.bench.tell(FromWan(ccs02(self.next_counter(), device)))

    @rule(devices=st.sets(device, max_size=3))
    def restores(self, devices: set[Eui]) -> None:
        self.bench.tell(FromWan(ccs03(self.next_counter(), bytes(8), dict.fromkeys(devices, bytes(16)))))

    @rule(how=st.sampled_from([ccs06, ccs07]))
    def reads(self, how: Any) -> None:
        self.bench.tell(FromWan(how(self.next_counter())))

    @rule(version=st.integers(1, 3))
    def firmware(self, version: int) -> None:
        self.bench.tell(ImageReceived(bytes(32), version))
        self.bench.tell(FirmwareActivated(version))

    @rule(up=st.booleans(), takes=st.booleans())
    def wan(self, up: bool, takes: bool) -> None:
        self.bench.wan_takes = takes
        self.bench.tell(WanUp() if up else WanDown())

    @rule(data=st.binary(max_size=40))
    def junk_from_the_wan(self, data: bytes) -> None:
        self.bench.tell(FromWan(data))
        self.bench.tell(WanTook(data.hex()))

    # -- time and power ---------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 60, 180, 1_800, 3_600, 70_000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.bench.wait(seconds * 1_000)

    @rule(restart=st.booleans())
    def power(self, restart: bool) -> None:
        if restart:
            wan_takes = self.bench.wan_takes
            self.bench = Bench(SETTING, POLICY, self.bench.memory, KEYS, self.bench.now)
            self.bench.wan_takes = wan_takes
        else:
            self.bench.tell(PoweredOn())

    # -- what holds always ------------------------------------------------------------------------

    @invariant()
    def is_sound(self) -> None:
        hub = self.bench.hub
        assert len(self.bench.memory) <= most_remembered(POLICY)
        assert len(hub.devices.others) <= 16
        assert len(hub.devices.historic) <= HISTORY
        assert all(len(hub.log.all(log)) <= POLICY.events for log in Log)
        assert len(hub._proxy.mirror) <= POLICY.mirrored
        assert {end.state for end in hub._post._tunnels._ends.values()} <= STATES
        due = hub.deadline()
        if due is not None and due <= self.bench.now:
            self.bench.wait(0)
            due = hub.deadline()
            assert due is None or due > self.bench.now, "it would be woken for ever"
        Hub(SETTING, POLICY, self.bench.memory, KEYS)


AnyInput.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyInput = AnyInput.TestCase


def flooded(count: int, seed: int = 1) -> tuple[Bench, list[int]]:
    """A hub after a hostile PPMID has said everything it can think of, and what it took after each tenth."""
    random = Random(seed)  # It decides what is sent, and keeps no secret.
    bench = Bench(replace(CONFIG, response_copy=True), POLICY, now=NOW)
    tunnel = bench.open(PPMID)
    sizes = []
    for number in range(count):
        parties = [SUPPLIER, ESME, PPMID, Eui(random.randbytes(8))]
        data = message(
            random.choice([COMMAND, RESPONSE, ALERT]),
            random.choice(parties),
            random.choice([ESME, GSME, HCALCS, CHF, GPF, *parties]),
            random.getrandbits(63),
            random.choice([0x001D, 0x009B, 0x0071, 0x00A3, random.getrandbits(16)]),
            size=random.choice([None, 1_000]),
        )
        bench.transfer(PPMID, data, tunnel)
        bench.command(PPMID, random.getrandbits(3), random.randbytes(4))
        bench.open(PPMID)
        payload = random.randbytes(random.randrange(30))
        bench.tell(Heard(Asdu(PPMID, GPF, 1, random.randrange(5), 0x0700, 0x0109, payload)))
        bench.said.clear()
        if number % (count // 10) == count // 10 - 1:
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    return bench, sizes


def test_a_hostile_ppmid_cannot_exhaust_the_memory() -> None:
    """What can fill up fills up; after that, hundreds of frames more take no room.

    Were anything kept of each round, it would be more than 64 bytes; Python's own caches may grow a little.
    """
    rounds = 3_000
    tracemalloc.start()
    try:
        bench, sizes = flooded(rounds)
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[6] < 64 * 3 * rounds // 10
    assert len(bench.memory) <= most_remembered(POLICY)
