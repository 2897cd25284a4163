"""The server end, frame by frame; frames are written by hand from the cluster's table."""

from __future__ import annotations

import pytest

from doorstep.road.tunnel import (
    Arrived,
    Closed,
    Delivered,
    Opened,
    Slots,
    TunnelPolicy,
    TunnelServer,
    Undelivered,
    Why,
)
from doorstep.road.tunnel.states import State
from tests.road.tunnel.wires import REQUEST, hear, hexed, open_server, said, sent, state, told

TIMEOUT = 65_535_000


def test_a_good_request_is_granted_with_the_first_free_id() -> None:
    server = TunnelServer()
    hear(server, f"01 07 00 {REQUEST}")
    assert said(server) == [Opened(0), hexed("09 07 00 0000 00 DC05")]


def test_the_same_client_gets_the_same_id_again() -> None:
    server = open_server(TunnelServer())
    hear(server, f"01 08 00 {REQUEST}")
    assert sent(server) == [hexed("09 08 00 0000 00 DC05")]
    assert told(server) == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("00 FFFF 00 DC05", "03"),  # DLMS
        ("06 5F10 00 DC05", "03"),  # a manufacturer's
        ("06 FFFF 01 DC05", "04"),  # flow control
        ("00 5F10 01 DC05", "03"),  # protocol first ...
    ],
)
def test_a_request_for_another_tunnel_is_refused(request_: str, status: str) -> None:
    server = TunnelServer()
    hear(server, f"01 07 00 {request_}")
    assert sent(server) == [hexed(f"09 07 00 FFFF {status} DC05")]
    assert state(server) is State.CLOSED


def test_the_checks_come_in_their_order() -> None:
    slots = Slots(1)
    slots.busy = True
    slots.take()
    server = TunnelServer(slots=slots)
    hear(server, "01 01 00 00 FFFF 01 DC05")
    hear(server, "01 02 00 06 FFFF 01 DC05")
    hear(server, f"01 03 00 {REQUEST}")
    slots.busy = False
    hear(server, f"01 04 00 {REQUEST}")
    assert [text[15:23] for text in sent(server)] == ["03 DC 05", "04 DC 05", "01 DC 05", "02 DC 05"]


def test_a_busy_server_says_so_even_to_a_client_that_has_a_tunnel_and_keeps_it() -> None:
    slots = Slots()
    server = open_server(TunnelServer(slots=slots))
    slots.busy = True
    hear(server, f"01 01 00 {REQUEST}")
    assert sent(server) == [hexed("09 01 00 FFFF 01 DC05")]
    hear(server, "01 02 02 0000 DF")
    assert Arrived(b"\xdf") in told(server)


def test_clients_share_the_ids() -> None:
    slots = Slots(2)
    first, second, third = (TunnelServer(slots=slots) for _ in range(3))
    for server, answer in ((first, "0000 00"), (second, "0100 00"), (third, "FFFF 02")):
        hear(server, f"01 00 00 {REQUEST}")
        assert sent(server) == [hexed(f"09 00 00 {answer} DC05")]
    hear(first, "01 01 01 0000")
    hear(third, f"01 01 00 {REQUEST}")
    assert sent(third) == [hexed("09 01 00 0000 00 DC05")]


@pytest.mark.parametrize(
    ("close", "answer", "after"),
    [
        ("01 05 01 0000", "18 05 0B 01 00", State.CLOSED),
        ("01 05 01 0100", "18 05 0B 01 7E", State.OPEN),  # another client's
        ("01 05 01 0700", "18 05 0B 01 8B", State.OPEN),  # nobody's
    ],
)
def test_closing(close: str, answer: str, after: State) -> None:
    slots = Slots()
    server = open_server(TunnelServer(slots=slots))
    open_server(TunnelServer(slots=slots))
    hear(server, close)
    assert sent(server) == [hexed(answer)]
    assert state(server) is after


def test_a_closed_tunnel_is_not_there_to_close() -> None:
    server = TunnelServer()
    hear(server, "01 05 01 0000")
    assert sent(server) == [hexed("18 05 0B 01 8B")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("01 05 02 0100 DF", "09 05 02 0100 01"),  # another client's tunnel
        ("01 05 02 0700 DF", "09 05 02 0700 00"),  # nobody's
        ("01 05 02 0000" + "DF" * 1501, "09 05 02 0000 02"),
    ],
    ids=["wrong device", "no such tunnel", "data overflow"],
)
def test_bad_data_is_answered_by_an_error(data: str, error: str) -> None:
    slots = Slots()
    server = open_server(TunnelServer(slots=slots))
    open_server(TunnelServer(slots=slots))
    hear(server, data)
    assert sent(server) == [hexed(error)]


def test_1500_bytes_of_data_are_taken() -> None:
    server = open_server(TunnelServer())
    hear(server, "01 05 02 0000" + "DF" * 1500)
    assert said(server) == [Arrived(b"\xdf" * 1500), hexed("18 05 0B 02 00")]


def test_a_message_waits_until_a_client_asks() -> None:
    server = TunnelServer()
    server.open(0)
    server.send("a", b"a", 0)
    assert said(server) == []
    hear(server, f"01 00 00 {REQUEST}")
    assert sent(server) == [hexed("09 00 00 0000 00 DC05"), hexed("09 00 01 0000 61")]
    hear(server, "10 00 0B 01 00")
    assert told(server) == [Delivered("a")]


def test_a_message_that_no_client_comes_for_expires() -> None:
    server = TunnelServer(TunnelPolicy(patience=1_000))
    server.send("a", b"a", 0)
    assert server.deadline() == 1_000
    server.on_deadline(1_000)
    assert said(server) == [Undelivered("a", Why.EXPIRED)]


def test_data_for_a_client_that_has_not_heard_of_its_tunnel_yet_is_repeated_in_its_time() -> None:
    server = open_server(TunnelServer())
    server.send("a", b"a", 0)
    said(server)
    hear(server, "01 00 03 0000 00", 10)
    assert sent(server) == [hexed("18 00 0B 03 00")]
    assert server.deadline() == 5_000
    server.on_deadline(5_000)
    assert sent(server) == [hexed("09 00 01 0000 61")]


def test_a_client_that_never_knows_its_tunnel_has_to_ask_for_another() -> None:
    server = open_server(TunnelServer())
    server.send("a", b"a", 0)
    for _ in range(3):
        hear(server, "11 00 03 0000 00")
        server.on_deadline(server.deadline() or 0)
    said(server)
    hear(server, "11 00 03 0000 00", 40_000)
    assert told(server) == [Closed("TransferDataError 0x00 no such tunnel")]
    assert state(server) is State.CLOSED
    hear(server, f"01 01 00 {REQUEST}", 50_000)
    assert sent(server)[-1] == hexed("09 01 01 0000 61")
    assert server.waiting == 1


def test_an_idle_tunnel_is_closed_and_the_client_told() -> None:
    server = open_server(TunnelServer())
    assert server.deadline() == TIMEOUT
    server.on_deadline(TIMEOUT)
    assert [event for event in said(server) if isinstance(event, Closed)] == [
        Closed("CloseTunnelTimeout has passed without data")
    ]
    assert state(server) is State.CLOSED


def test_the_closure_notification_names_the_tunnel() -> None:
    server = open_server(TunnelServer(TunnelPolicy(close_tunnel_timeout=60)))
    server.on_deadline(60_000)
    assert sent(server) == [hexed("09 00 06 0000")]


@pytest.mark.parametrize("way", ["in", "out", "asked"])
def test_use_of_either_kind_and_asking_again_put_the_closing_off(way: str) -> None:
    server = open_server(TunnelServer())
    if way == "in":
        hear(server, "01 05 02 0000 DF", 1_000)
    elif way == "out":
        server.send("a", b"a", 1_000)
        hear(server, "10 00 0B 01 00", 1_200)
    else:
        hear(server, f"01 05 00 {REQUEST}", 1_000)
    server.on_deadline(TIMEOUT)
    assert state(server) is State.OPEN
    assert server.deadline() == TIMEOUT + 1_000
    server.on_deadline(TIMEOUT + 1_000)
    assert state(server) is State.CLOSED


def test_a_closed_tunnel_frees_its_id() -> None:
    slots = Slots(1)
    first, second = TunnelServer(slots=slots), TunnelServer(slots=slots)
    open_server(first)
    first.destroy(0)
    hear(second, f"01 00 00 {REQUEST}")
    assert sent(second) == [hexed("09 00 00 0000 00 DC05")]


def test_a_copy_of_data_is_taken_once_but_counts_anew_when_the_client_asks_again() -> None:
    server = open_server(TunnelServer())
    for _ in range(2):
        hear(server, "01 05 02 0000 DF")
    assert told(server) == [Arrived(b"\xdf")]
    hear(server, f"01 00 00 {REQUEST}")
    hear(server, "01 05 02 0000 DF")
    assert told(server) == [Arrived(b"\xdf")]


def test_it_says_which_protocol_it_tunnels_and_how_long_an_idle_tunnel_stays() -> None:
    server = TunnelServer()
    hear(server, "01 05 06 00")
    hear(server, "01 06 06 01")
    hear(server, "00 07 00 0000 0100")
    assert sent(server) == [
        hexed("09 05 05 01 01 FFFF 06"),
        hexed("09 06 05 01 00"),
        hexed("08 07 01 0000 00 21 FFFF 0100 86"),
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("01 11 00 06FFFF00DC", "18 11 0B 00 80"),
        ("01 11 00 06FFFF00DC0500", "18 11 0B 00 80"),
        ("01 11 01 00", "18 11 0B 01 80"),
        ("01 11 04 00000000", "18 11 0B 04 81"),
        ("09 11 00 0100 00 DC05", "10 11 0B 00 81"),  # a response to a Device that is no client
        ("00 11 02 0000 21 0100", "18 11 0B 02 82"),  # the timeout is not to be written
    ],
)
def test_a_frame_that_makes_no_sense_is_answered(text: str, answer: str) -> None:
    server = TunnelServer()
    hear(server, text)
    assert sent(server) == [hexed(answer)]
