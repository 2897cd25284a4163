"""Radios in a home: how they join, what they carry, what they refuse, and what they remember."""

from __future__ import annotations

from random import Random

import pytest
from msgspec import structs

from doorstep.bench.links import Faults
from doorstep.eui import Eui
from doorstep.road.han.config import HanPolicy, Role
from doorstep.road.han.events import Expel, Joined, Left, Permit, PoweredOn, Received
from doorstep.road.han.states import State
from doorstep.road.machine import Note, Send
from doorstep.zigbee import aps, mac, nwk
from doorstep.zigbee.clusters import BASIC, PREPAYMENT
from doorstep.zigbee.fragmentation import Policy as Fragments
from doorstep.zigbee.keys import hashed_link_key
from doorstep.zigbee.security import seal, unseal
from tests.road.han.home import (
    GAS,
    HUB,
    METER,
    NETWORK,
    NOW,
    PPMID,
    RadioHome,
    device_config,
    hub_config,
    link_key,
    payload,
)

BEFORE_COUNTERS = 1_577_836_800_000
"""2020: a time that gives a radio without a memory no other number to begin with than zero."""

LONG = bytes(range(256)) * 6  # 1,536 octets; payloads have up to 1,505


def home(*, gas: bool = False, **settings: object) -> RadioHome:
    """A hub, a meter and a PPMID, and a gas meter that sleeps where asked for."""
    devices = [device_config(METER), device_config(PPMID)]
    if gas:
        devices.append(device_config(GAS, Role.SLEEPY))
    configs = [hub_config(*(config.eui for config in devices)), *devices]
    return RadioHome(configs, **settings)  # type: ignore[arg-type]


@pytest.fixture
def joined() -> RadioHome:
    """A home in which everybody has joined."""
    made = home(gas=True)
    made.run(5)
    return made


# -- joining ------------------------------------------------------------------------------------------


def test_devices_join_with_their_install_codes_and_everybody_is_told(joined: RadioHome) -> None:
    for eui in (METER, PPMID, GAS):
        assert joined.radio(eui).state is State.JOINED
        assert joined.of(eui, Joined) == [Joined(eui)]
    assert {event.eui for event in joined.of(HUB, Joined)} == {METER, PPMID, GAS}


def test_the_hub_is_told_the_hash_of_the_link_key_that_both_hold_and_not_the_key(joined: RadioHome) -> None:
    for event in joined.of(HUB, Joined):
        keys = list(joined.radio(event.eui).keys())
        held = {hashed_link_key(key) for key, kind in keys if kind == "link"}
        assert event.hashed_link_key in held
        assert event.hashed_link_key != hashed_link_key(link_key(event.eui)), "another than it joined with"


def test_the_frames_of_a_join_are_those_of_the_standard() -> None:
    made = RadioHome([hub_config(METER), device_config(METER)])
    made.run(5)
    frames = [mac.Frame.from_bytes(frame) for frame in made.frames]
    commands = [type(mac.COMMANDS.from_bytes(f.payload)).__name__ for f in frames if f.frame_type == 3]
    assert commands == ["BeaconRequest", "AssociationRequest", "DataRequest", "AssociationResponse"]
    data = [nwk.Frame.from_bytes(frame.payload) for frame in frames if frame.frame_type == 1]
    unsecured = [frame for frame in data if frame.auxiliary is None]
    assert len(unsecured) == 1, "only Transport Key travels without the network key"
    assert aps.Frame.from_bytes(unsecured[0].payload).frame_type is aps.FrameType.COMMAND


def test_a_device_that_is_not_in_the_log_gets_no_key_and_no_address() -> None:
    stranger = Eui.parse("D0-05-5E-01-00-02-00-BD")
    made = RadioHome([hub_config(METER), device_config(METER), device_config(stranger)])
    made.run(60)
    assert made.radio(METER).state is State.JOINED
    assert made.radio(stranger).network_key is None
    assert made.of(stranger, Joined) == []
    assert made.radio(HUB).dropped["association of a Device that may not join"] >= 1


def test_a_device_with_another_install_code_cannot_read_the_network_key() -> None:
    wrong = structs.replace(device_config(METER), link_key=link_key(PPMID))
    made = RadioHome([hub_config(METER), wrong])
    made.run(60)
    assert made.radio(METER).network_key is None
    assert made.radio(METER).dropped["Transport Key: the key of the install code does not open it"] >= 1
    assert made.of(HUB, Joined) == []


def test_a_device_may_join_while_it_is_permitted_and_not_after() -> None:
    made = RadioHome([hub_config(), device_config(METER)], on=False)
    made.take(HUB, PoweredOn())
    made.take(HUB, Permit(METER, link_key(METER), NOW + 10_000))
    made.run(20)
    assert "not joined" in [note.what for note in made.of(HUB, Note)]
    made.take(METER, PoweredOn())
    made.run(60)
    assert made.radio(METER).network_key is None
    made.take(HUB, Permit(METER, link_key(METER), made.world.now + 3_600_000))
    made.run(1_800)
    assert made.radio(METER).state is State.JOINED


def test_only_so_many_are_admitted() -> None:
    policy = HanPolicy(neighbours=2)
    made = RadioHome([hub_config()], policy=policy)
    for number in range(4):
        eui = Eui(METER[:-1] + bytes((number,)))
        made.take(HUB, Permit(eui, link_key(eui)))
    assert [note.what for note in made.of(HUB, Note)] == ["permitted", "permitted", "refused", "refused"]


def test_a_device_that_is_expelled_leaves_and_its_link_key_is_gone(joined: RadioHome) -> None:
    joined.take(HUB, Expel(PPMID))
    joined.run(1)
    assert joined.of(HUB, Left) == [Left(PPMID)]
    assert joined.of(PPMID, Left) == [Left(PPMID)]
    assert joined.radio(PPMID).network_key is None
    assert not [name for name, value in joined.memories[PPMID].items() if value and "neighbour" in name]
    joined.run(300)
    assert joined.radio(PPMID).state is not State.JOINED


def test_who_was_expelled_while_off_is_sent_away_when_it_comes_back(joined: RadioHome) -> None:
    joined.air.leave(str(PPMID))
    joined.take(HUB, Expel(PPMID))
    joined.run(1)
    joined.make(PPMID)
    joined.take(PPMID, PoweredOn())
    joined.run(2)
    assert joined.radio(PPMID).network_key is None


def test_a_network_next_door_is_tried_only_until_the_right_one_gives_the_key() -> None:
    """Two hubs on one air, both open: the one that does not know the Device denies it."""
    other = Eui.parse("D0-05-5E-01-00-02-00-6F")
    network = structs.replace(NETWORK, pan=0x2B00, extended_pan=other, key=bytes(16))
    next_door = structs.replace(hub_config(PPMID), eui=other, network=network)
    made = RadioHome([next_door, hub_config(METER), device_config(METER)])
    made.run(5)
    assert made.radio(METER).network_key == NETWORK.key


# -- payloads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65, 66, 126, 127, 1_200, 1_505])
def test_a_payload_of_any_size_arrives_as_it_was_sent(joined: RadioHome, size: int) -> None:
    sent = [payload(PPMID, HUB, LONG[:size]), payload(HUB, METER, LONG[:size][::-1])]
    for asdu in sent:
        joined.send(asdu)
    joined.run(10)
    assert joined.heard(HUB) == sent[:1]
    assert joined.heard(METER) == sent[1:]


def test_a_payload_that_is_too_long_is_said_to_be_so(joined: RadioHome) -> None:
    joined.send(payload(PPMID, HUB, bytes(1_506)))
    joined.run(10)
    assert joined.heard(HUB) == []
    assert [note.what for note in joined.of(PPMID, Note)] == ["undelivered"]


def test_no_radio_frame_is_longer_than_the_radio_carries(joined: RadioHome) -> None:
    joined.send(payload(PPMID, HUB, LONG[:1_505]))
    joined.send(payload(PPMID, HUB, bytes(82), BASIC.id))
    joined.run(10)
    assert max(map(len, joined.frames)) == mac.LONGEST
    assert len(joined.heard(HUB)) == 2


def test_two_devices_share_a_key_that_the_trust_centre_made_for_them(joined: RadioHome) -> None:
    asdu = payload(PPMID, METER, b"\x01\x0a\x00\x00\x00\x00\x00\x02", PREPAYMENT.id)
    joined.send(asdu)
    joined.run(2)
    assert joined.heard(METER) == [asdu]
    joined.run(60)
    before = len(joined.frames)
    joined.send(payload(METER, PPMID, b"back", PREPAYMENT.id))
    joined.run(2)
    assert len(joined.heard(PPMID)) == 1
    assert len(joined.frames) - before == 4, "the payload, its acknowledgement, and those of the radio"


def test_what_waits_for_a_device_to_join_arrives_when_it_has() -> None:
    made = home(on=False)
    made.take(HUB, PoweredOn())
    asdu = payload(HUB, METER, b"early")
    made.send(asdu)
    made.run(3)
    made.take(METER, PoweredOn())
    made.run(5)
    assert made.heard(METER) == [asdu]


def test_what_waits_in_vain_is_said_to_be_undelivered() -> None:
    made = home(on=False)
    made.take(HUB, PoweredOn())
    made.send(payload(HUB, METER, b"never"))
    made.run(60)
    assert [note.what for note in made.of(HUB, Note)] == ["undelivered"]


def test_the_same_payload_waits_once_and_only_so_many_wait() -> None:
    made = RadioHome([hub_config(METER)], policy=HanPolicy(waiting=3))
    for number in (1, 1, 2, 3, 4):
        made.send(payload(HUB, METER, bytes((number,))))
    assert [note.about for note in made.of(HUB, Note)] == [b"\x04"]


def test_long_payloads_cross_an_air_that_loses_doubles_and_reorders() -> None:
    faults = Faults(loss=0.1, duplication=0.1, delay=0.1, longest_delay=400)
    for seed in range(3):
        made = home(faults=faults, random=Random(seed))
        made.run(300)
        assert made.radio(PPMID).state is State.JOINED
        sent = [payload(PPMID, HUB, bytes((number,)) * 1_500) for number in range(20)]
        for asdu in sent:
            while asdu not in made.heard(HUB):  # As a tunnel would, which repeats what is not answered.
                made.send(asdu)
                made.run(30)
        assert made.heard(HUB) == sent, f"seed {seed}: each once, in order"


@pytest.mark.parametrize("window", [1, 4, 8])
def test_windows_of_any_size_carry_a_long_payload(window: int) -> None:
    policy = HanPolicy(fragments=Fragments(window=window))
    made = home(policy=policy)
    made.run(5)
    made.send(payload(PPMID, HUB, LONG[:1_500]))
    made.run(10)
    assert made.heard(HUB) == [payload(PPMID, HUB, LONG[:1_500])]


# -- a child that sleeps --------------------------------------------------------------------------------


def test_a_sleeping_child_transmits_nothing_until_it_has_something_to_say(joined: RadioHome) -> None:
    joined.run(60)
    before = len(joined.frames)
    joined.run(3_600)
    assert len(joined.frames) == before


def test_a_parent_holds_frames_for_a_sleeping_child_for_7_68_seconds(joined: RadioHome) -> None:
    joined.run(60)
    joined.send(payload(HUB, GAS, b"wake up"))
    joined.run(1)
    joined.send(payload(GAS, HUB, b"\x01\x08\x02\x01\x00\x01"))
    joined.run(5)
    assert joined.heard(GAS) == [payload(HUB, GAS, b"wake up")]
    joined.run(60)
    joined.send(payload(HUB, GAS, b"too late"))
    joined.run(20)
    joined.send(payload(GAS, HUB, b"\x01\x09\x02\x01\x00\x01"))
    joined.run(5)
    assert joined.heard(GAS) == [payload(HUB, GAS, b"wake up")]
    assert "undelivered" in [note.what for note in joined.of(HUB, Note)]


def test_a_long_payload_reaches_a_child_that_is_awake(joined: RadioHome) -> None:
    joined.run(60)
    joined.send(payload(GAS, HUB, b"anything for me?"))
    joined.run(0.1)
    joined.send(payload(HUB, GAS, LONG[:1_200]))
    joined.run(30)
    assert joined.heard(GAS) == [payload(HUB, GAS, LONG[:1_200])]
    polls = [
        f for f in map(mac.Frame.from_bytes, joined.frames) if f.frame_type == 3 and f.source is not None
    ]
    assert polls, "a child is given nothing that it did not ask for"


# -- what is refused ------------------------------------------------------------------------------------


def test_a_frame_that_was_taken_is_never_taken_again(joined: RadioHome) -> None:
    before = len(joined.frames)
    joined.send(payload(PPMID, HUB, b"once"))
    joined.run(1)
    for frame in joined.frames[before:]:
        joined.take(HUB, Received(frame))
    assert len(joined.heard(HUB)) == 1
    assert joined.radio(HUB).dropped["replayed network frame"] >= 1


def test_a_payload_that_was_taken_is_not_taken_again_after_a_restart(joined: RadioHome) -> None:
    """Counters are written down with every payload that a link key protected."""
    before = len(joined.frames)
    joined.send(payload(PPMID, HUB, LONG[:300]))
    joined.run(2)
    captured = joined.frames[before:]
    joined.make(HUB)
    joined.take(HUB, PoweredOn())
    for frame in captured:
        joined.take(HUB, Received(frame))
    assert len(joined.heard(HUB)) == 1
    assert joined.radio(HUB).dropped["replayed network frame"] >= 1


def test_who_has_the_network_key_cannot_play_a_payload_again(joined: RadioHome) -> None:
    """Another Device of the home wraps what it heard in a network frame of its own making."""
    before = len(joined.frames)
    joined.send(payload(PPMID, HUB, b"once"))
    joined.run(60)
    packet = nwk.Frame.from_bytes(mac.Frame.from_bytes(joined.frames[before]).payload)
    assert packet.auxiliary is not None
    auxiliary = structs.replace(packet.auxiliary, frame_counter=packet.auxiliary.frame_counter + 1_000)
    again = seal(structs.replace(unseal(packet, NETWORK.key), auxiliary=auxiliary), NETWORK.key)
    frame = mac.Frame.of(
        mac.FrameType.DATA, 1, again.to_bytes(), pan=NETWORK.pan, destination=0, source=packet.source
    )
    joined.take(HUB, Received(frame.to_bytes()))
    assert len(joined.heard(HUB)) == 1
    assert joined.radio(HUB).dropped["replayed APS frame"] == 1


def test_what_is_weaker_than_its_cluster_asks_for_is_dropped(joined: RadioHome) -> None:
    """Somebody with the network key alone says something about prepayment in the PPMID's name."""
    frame = aps.Frame.data(1, 1, PREPAYMENT.id, 0x0109, 99, b"\x01\x01\x00")
    sender = joined.radio(PPMID)._air  # The PPMID's own network layer, without its link key.
    sender.send(nwk.COORDINATOR, frame.to_bytes(), joined.world.now)
    joined.nodes[PPMID].settle()
    joined.run(1)
    assert joined.heard(HUB) == []
    assert joined.radio(HUB).dropped["weaker than its cluster asks for"] == 1


def test_every_payload_of_the_application_is_sealed_twice(joined: RadioHome) -> None:
    before = len(joined.frames)
    joined.send(payload(PPMID, HUB, b"sealed"))
    joined.run(1)
    packet = nwk.Frame.from_bytes(mac.Frame.from_bytes(joined.frames[before]).payload)
    inner = aps.Frame.from_bytes(unseal(packet, NETWORK.key).payload)
    assert inner.auxiliary is not None
    assert b"sealed" not in inner.payload


def test_a_stop_sends_in_its_own_name_alone(joined: RadioHome) -> None:
    joined.take(PPMID, Send(payload(METER, HUB, b"not mine")))
    joined.run(1)
    assert joined.heard(HUB) == []
    assert "undelivered" in [note.what for note in joined.of(PPMID, Note)]


# -- what is remembered ----------------------------------------------------------------------------------


def test_a_device_that_is_switched_off_and_on_comes_back_with_the_keys_it_had(joined: RadioHome) -> None:
    transports = sum(_is_unsecured(frame) for frame in joined.frames)
    joined.make(METER)
    joined.take(METER, PoweredOn())
    joined.run(2)
    assert joined.radio(METER).state is State.JOINED
    joined.send(payload(HUB, METER, b"welcome back"))
    joined.run(2)
    assert joined.heard(METER) == [payload(HUB, METER, b"welcome back")]
    assert sum(_is_unsecured(frame) for frame in joined.frames) == transports, "no key was sent again"


def test_everybody_comes_back_when_the_hub_does(joined: RadioHome) -> None:
    joined.air.leave(str(HUB))
    joined.send(payload(PPMID, HUB, b"is anybody there?"))
    joined.run(60)
    assert joined.radio(PPMID).state is State.REJOINING
    assert Left(PPMID) in joined.said[PPMID]
    joined.make(HUB)
    joined.take(HUB, PoweredOn())
    joined.run(5)
    assert joined.radio(PPMID).state is State.JOINED
    joined.send(payload(PPMID, HUB, b"there you are"))
    joined.run(2)
    assert joined.heard(HUB)[-1].payload == b"there you are"


def test_a_hub_that_has_forgotten_everything_lets_its_devices_join_anew(joined: RadioHome) -> None:
    joined.memories[HUB].clear()
    joined.make(HUB)
    joined.take(HUB, PoweredOn())
    joined.send(payload(PPMID, HUB, b"remember me?"))
    joined.run(60)
    assert joined.radio(PPMID).state is State.JOINED
    joined.send(payload(PPMID, HUB, b"now you do"))
    joined.run(2)
    assert joined.heard(HUB)[-1].payload == b"now you do"


def test_a_device_that_says_nothing_joins_anew_too_when_the_hub_has_forgotten_it(joined: RadioHome) -> None:
    joined.memories[HUB].clear()
    joined.make(HUB)
    joined.take(HUB, PoweredOn())
    joined.run(20)
    joined.send(payload(HUB, METER, b"you are new here?"))
    joined.run(2)
    assert joined.heard(METER) == [payload(HUB, METER, b"you are new here?")]


def test_a_device_that_has_forgotten_everything_joins_anew(joined: RadioHome) -> None:
    joined.run(60)
    joined.memories[PPMID].clear()
    joined.make(PPMID)
    joined.take(PPMID, PoweredOn())
    joined.run(10)
    joined.send(payload(PPMID, HUB, b"who am I?"))
    joined.run(2)
    assert joined.heard(HUB) == [payload(PPMID, HUB, b"who am I?")]


def test_a_link_key_that_the_hub_does_not_have_any_more_is_given_up(joined: RadioHome) -> None:
    """The hub was put back to what it remembered of another time: it has another key than the PPMID."""
    neighbour = joined.radio(HUB)._neighbours.of(PPMID)
    assert neighbour is not None
    neighbour.share(bytes(16))
    for _attempt in range(20):
        joined.send(payload(PPMID, HUB, b"do you read me?"))
        joined.run(15)
    assert joined.heard(HUB)[-1:] == [payload(PPMID, HUB, b"do you read me?")]


def test_no_counter_is_used_twice_however_often_a_radio_is_killed() -> None:
    """Radios are killed at random, and made again from what was written."""
    random = Random(7)
    made = home(gas=True, policy=HanPolicy(counter_step=3), now=BEFORE_COUNTERS)
    for _round in range(30):
        made.run(random.randrange(1, 8))
        eui = random.choice([HUB, METER, PPMID, GAS])
        made.make(eui)
        made.take(eui, PoweredOn())
        for asdu in (payload(PPMID, HUB, LONG[:200]), payload(HUB, METER, b"x"), payload(GAS, HUB, b"y")):
            made.send(asdu)
    assert assert_counters_are_used_once(made) > 500


def assert_counters_are_used_once(made: RadioHome) -> int:
    """Look at every frame that was transmitted; gives how many counters there were."""
    used: set[tuple[str, Eui, int]] = set()
    for octets in made.frames:
        frame = mac.Frame.from_bytes(octets)
        if frame.frame_type != mac.FrameType.DATA:
            continue
        packet = nwk.Frame.from_bytes(frame.payload)
        if packet.auxiliary is not None:
            _use(used, "network", packet.auxiliary.source, packet.auxiliary.frame_counter)
            packet = unseal(packet, NETWORK.key)
        if not packet.is_command:
            inner = aps.Frame.from_bytes(packet.payload)
            if inner.auxiliary is not None:
                _use(used, "link", inner.auxiliary.source, inner.auxiliary.frame_counter)
    return len(used)


@pytest.mark.parametrize("written", [True, False], ids=["after the write", "before the write"])
@pytest.mark.parametrize("victim", [HUB, PPMID], ids=["hub", "ppmid"])
def test_a_radio_that_stops_at_any_write_repeats_no_counter_and_joins_all_the_same(
    victim: Eui, written: bool
) -> None:
    """The n-th write of one radio is its last act, done or not; then it is made again."""
    for number in range(1, 14):
        made = home(policy=HanPolicy(counter_step=4), on=False, now=BEFORE_COUNTERS)
        made.stop_at = victim, number, written
        for eui in made.configs:
            made.take(eui, PoweredOn())
        for _attempt in range(12):
            made.run(10)
            if made.stopped:
                made.stopped = False
                made.make(victim)
                made.take(victim, PoweredOn())
            made.send(payload(PPMID, HUB, LONG[:100]))
        assert made.heard(HUB), f"write {number}"
        assert made.radio(PPMID).state is State.JOINED, f"write {number}"
        assert_counters_are_used_once(made)


def _use(used: set[tuple[str, Eui, int]], key: str, source: Eui | None, counter: int) -> None:
    assert source is not None
    assert (key, source, counter) not in used
    used.add((key, source, counter))


def _is_unsecured(octets: bytes) -> bool:
    frame = mac.Frame.from_bytes(octets)
    return frame.frame_type == mac.FrameType.DATA and nwk.Frame.from_bytes(frame.payload).auxiliary is None
