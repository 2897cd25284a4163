"""The client end, frame by frame; frames are written by hand from the cluster's table."""

from __future__ import annotations

import pytest

from doorstep.road.tunnel import (
    Arrived,
    Closed,
    Delivered,
    Opened,
    Rejected,
    TunnelClient,
    TunnelPolicy,
    Undelivered,
    Why,
)
from doorstep.road.tunnel.states import State
from tests.road.tunnel.wires import hear, hexed, open_client, said, sent, state, told

MINUTE = 60_000
RENEWAL = 65_535_000


def test_it_asks_for_the_tunnel_that_gb_devices_use() -> None:
    client = TunnelClient()
    client.open(0)
    assert sent(client) == [hexed("01 00 00 06FFFF00DC05")]
    assert state(client) is State.REQUESTING
    hear(client, "09 00 00 0100 00 DC05")
    assert told(client) == [Opened(1)]
    assert state(client) is State.OPEN


def test_wanting_it_twice_asks_once() -> None:
    client = TunnelClient()
    client.open(0)
    client.open(0)
    assert len(sent(client)) == 1


def test_a_message_opens_the_tunnel_and_goes_through_as_it_is() -> None:
    client = TunnelClient()
    client.send("first", bytes.fromhex("DD00112233"), 0)
    assert sent(client) == [hexed("01 00 00 06FFFF00DC05")]
    hear(client, "09 00 00 0700 00 DC05")
    assert sent(client) == [hexed("01 01 02 0700 DD00112233")]
    hear(client, "18 01 0B 02 00")
    assert told(client) == [Delivered("first")]
    assert client.waiting == 0


def test_one_message_is_in_flight_and_the_others_wait_in_order() -> None:
    client = open_client(TunnelClient())
    for name in ("a", "b", "c"):
        client.send(name, name.encode(), 0)
    assert sent(client) == [hexed("01 01 02 0100 61")]
    hear(client, "18 01 0B 02 00")
    assert sent(client) == [hexed("01 02 02 0100 62")]
    hear(client, "18 02 0B 02 00")
    assert sent(client) == [hexed("01 03 02 0100 63")]


def test_sequence_numbers_begin_again_after_255() -> None:
    client = open_client(TunnelClient())
    numbers = []
    for count in range(300):
        client.send(str(count), b"x", 0)
        (only,) = sent(client)
        numbers.append(int(only[3:5], 16))
        hear(client, f"18 {numbers[-1]:02X} 0B 02 00")
        assert told(client) == [Delivered(str(count))]
    assert numbers[:2] == [1, 2]
    assert numbers[254:257] == [255, 0, 1]


# -- answers that do not come ---------------------------------------------------------------------


def test_data_that_nobody_answers_is_repeated_with_its_sequence_number_and_then_given_up() -> None:
    client = open_client(TunnelClient())
    client.send("lonely", b"\xdd", 0)
    copies = sent(client)
    dues = []
    while client.waiting:
        due = client.deadline()
        assert due is not None
        dues.append(due)
        client.on_deadline(due)
        events = said(client)
        copies += [item for item in events if isinstance(item, str)]
    assert copies == [hexed("01 01 02 0100 DD")] * 4
    assert dues == [5_000, 15_000, 35_000, 75_000]
    assert events == [Undelivered("lonely", Why.UNANSWERED, "sent 4 times")]
    assert state(client) is State.OPEN


def test_a_late_answer_to_what_was_given_up_means_nothing() -> None:
    client = open_client(TunnelClient(TunnelPolicy(tries=1)))
    client.send("a", b"a", 0)
    client.on_deadline(5_000)
    said(client)
    hear(client, "18 01 0B 02 00", 6_000)
    assert said(client) == []


def test_the_next_message_follows_one_that_was_given_up() -> None:
    client = open_client(TunnelClient(TunnelPolicy(tries=1)))
    client.send("a", b"a", 0)
    client.send("b", b"b", 0)
    said(client)
    client.on_deadline(5_000)
    assert sent(client) == [hexed("01 02 02 0100 62")]


def test_a_request_that_nobody_answers_is_repeated_and_then_fails_what_waits() -> None:
    client = TunnelClient()
    client.send("a", b"a", 0)
    client.send("b", b"b", 0)
    copies = sent(client)
    for due in (5_000, 15_000, 35_000):
        assert client.deadline() == due
        client.on_deadline(due)
        copies += sent(client)
    assert copies == [hexed("01 00 00 06FFFF00DC05")] * 4
    client.on_deadline(75_000)
    detail = "RequestTunnel was sent 4 times"
    assert told(client) == [
        Undelivered("a", Why.UNANSWERED, detail),
        Undelivered("b", Why.UNANSWERED, detail),
    ]
    assert state(client) is State.CLOSED


def test_after_giving_up_it_asks_again_with_the_next_message_or_when_a_renewal_would_be_due() -> None:
    client = TunnelClient(TunnelPolicy(tries=1))
    client.open(0)
    client.on_deadline(5_000)
    said(client)
    assert client.deadline() == 5_000 + RENEWAL
    client.send("a", b"a", 6_000)
    assert sent(client) == [hexed("01 01 00 06FFFF00DC05")]


# -- refusals -------------------------------------------------------------------------------------


def test_busy_means_again_in_three_minutes() -> None:
    client = TunnelClient()
    client.send("a", b"a", 0)
    said(client)
    hear(client, "09 00 00 FFFF 01 DC05", 100)
    assert told(client) == [Rejected("RequestTunnel", "RequestTunnelResponse 0x01 busy")]
    assert state(client) is State.WAITING
    assert client.deadline() == 100 + 3 * MINUTE
    client.on_deadline(100 + 3 * MINUTE)
    assert sent(client) == [hexed("01 01 00 06FFFF00DC05")]
    hear(client, "09 01 00 0000 00 DC05", 200_000)
    assert sent(client) == [hexed("01 02 02 0000 61")]


def test_a_message_does_not_wait_for_a_busy_server_for_ever() -> None:
    client = TunnelClient(TunnelPolicy(patience=7 * MINUTE))
    client.send("a", b"a", 0)
    for _ in range(3):
        now = client.deadline() or 0
        client.on_deadline(now)
        for text in sent(client) or ["01 00 00"]:
            hear(client, f"09 {text[3:5]} 00 FFFF 01 DC05", now)
    client.on_deadline(7 * MINUTE)
    assert Undelivered("a", Why.EXPIRED) in told(client)
    assert client.waiting == 0


def test_no_more_ids_means_closing_all_that_may_be_there_and_asking_again() -> None:
    client = TunnelClient(TunnelPolicy(tunnel_ids=3))
    client.send("a", b"a", 0)
    said(client)
    hear(client, "09 00 00 FFFF 02 DC05")
    assert sent(client) == [hexed("01 01 01 0000"), hexed("01 02 01 0100"), hexed("01 03 01 0200")]
    assert state(client) is State.CLEARING
    hear(client, "18 02 0B 01 00")
    hear(client, "18 01 0B 01 8B")
    assert said(client) == []
    hear(client, "18 03 0B 01 8B")
    assert sent(client) == [hexed("01 04 00 06FFFF00DC05")]
    hear(client, "09 04 00 0000 00 DC05")
    assert sent(client) == [hexed("01 05 02 0000 61")]


def test_closing_is_not_waited_for_longer_than_an_answer_takes() -> None:
    client = TunnelClient()
    client.open(0)
    hear(client, "09 00 00 FFFF 02 DC05")
    said(client)
    assert client.deadline() == 5_000
    client.on_deadline(5_000)
    assert sent(client) == [hexed("01 09 00 06FFFF00DC05")]


def test_a_close_that_is_rejected_is_told_unless_there_was_no_such_tunnel() -> None:
    client = TunnelClient(TunnelPolicy(tunnel_ids=2))
    client.open(0)
    hear(client, "09 00 00 FFFF 02 DC05")
    said(client)
    hear(client, "18 01 0B 01 7E")
    hear(client, "18 02 0B 01 8B")
    assert told(client) == [Rejected("CloseTunnel", "Default Response 0x7E not authorized")]


def test_no_more_ids_even_after_closing_means_again_in_three_minutes() -> None:
    client = TunnelClient(TunnelPolicy(tunnel_ids=1))
    client.open(0)
    hear(client, "09 00 00 FFFF 02 DC05")
    hear(client, "18 01 0B 01 8B")
    hear(client, "09 02 00 FFFF 02 DC05", 50)
    assert state(client) is State.WAITING
    assert client.deadline() == 50 + 3 * MINUTE


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ("09 00 00 FFFF 03 DC05", "RequestTunnelResponse 0x03 protocol not supported"),
        ("09 00 00 FFFF 04 DC05", "RequestTunnelResponse 0x04 flow control not supported"),
        ("09 00 00 FFFF 77 DC05", "RequestTunnelResponse 0x77"),
        ("09 00 00 FFFF 00 DC05", "RequestTunnelResponse 0x00 success"),  # Success, but no tunnel.
        ("18 00 0B 00 81", "Default Response 0x81 unsupported cluster command"),
    ],
)
def test_any_other_refusal_fails_what_waits(answer: str, detail: str) -> None:
    client = TunnelClient()
    client.send("a", b"a", 0)
    said(client)
    hear(client, answer)
    assert told(client) == [Rejected("RequestTunnel", detail), Undelivered("a", Why.DENIED, detail)]
    assert state(client) is State.CLOSED


def test_an_answer_to_another_request_is_passed_over() -> None:
    client = TunnelClient()
    client.open(0)
    said(client)
    hear(client, "09 05 00 0100 00 DC05")
    hear(client, "18 00 0B 00 00")  # A Default Response of success grants nothing.
    assert said(client) == []
    assert state(client) is State.REQUESTING


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        ("18 01 0B 02 89", Undelivered("a", Why.REFUSED, "Default Response 0x89 insufficient space")),
        ("09 40 02 0100 02", Undelivered("a", Why.REFUSED, "TransferDataError 0x02 data overflow")),
        ("09 40 02 0100 09", Undelivered("a", Why.REFUSED, "TransferDataError 0x09")),
    ],
)
def test_data_that_is_turned_down_is_not_sent_again(answer: str, event: Undelivered) -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    client.send("b", b"b", 0)
    said(client)
    hear(client, answer)
    events = said(client)
    assert event in events
    assert events[-1] == hexed("01 02 02 0100 62")


# -- the tunnel comes and goes --------------------------------------------------------------------


@pytest.mark.parametrize("status", ["00", "01"], ids=["no such tunnel", "wrong device"])
def test_a_lost_tunnel_is_asked_for_again_and_the_data_sent_again(status: str) -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    said(client)
    hear(client, f"09 01 02 0100 {status}")
    events = sent(client)
    assert events == [hexed("10 01 0B 02 00"), hexed("01 02 00 06FFFF00DC05")]
    hear(client, "09 02 00 0500 00 DC05")
    assert sent(client) == [hexed("01 03 02 0500 61")]
    hear(client, "18 03 0B 02 00")
    assert told(client) == [Delivered("a")]


def test_a_tunnel_that_is_lost_each_time_is_given_up() -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    copies = 0
    for _ in range(20):
        for text in sent(client):
            if text[6:8] == "02" and text[:2] == "01":
                copies += 1
                hear(client, "19 01 02 0100 00")
            elif text[6:8] == "00":
                hear(client, f"09 {text[3:5]} 00 0100 00 DC05")
    assert copies == 4
    assert client.waiting == 0


def test_a_server_that_closes_on_all_data_is_given_up() -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    outcomes = []
    for _ in range(30):
        for item in said(client):
            if not isinstance(item, str):
                outcomes += [item] if isinstance(item, Undelivered) else []
            elif (item[:2], item[6:8]) == ("01", "02"):
                hear(client, "19 70 06 0100")
            elif (item[:2], item[6:8]) == ("01", "00"):
                hear(client, f"09 {item[3:5]} 00 0100 00 DC05")
    assert outcomes == [Undelivered("a", Why.NO_TUNNEL, "sent 4 times")]


def test_a_closure_is_confirmed_and_the_tunnel_asked_for_with_the_next_message() -> None:
    client = open_client(TunnelClient())
    hear(client, "09 70 06 0100")
    assert sent(client) == [hexed("10 70 0B 06 00")]
    assert state(client) is State.CLOSED
    client.send("a", b"a", 0)
    assert sent(client) == [hexed("01 01 00 06FFFF00DC05")]


def test_a_closure_while_data_is_in_flight_asks_again_at_once() -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    said(client)
    hear(client, "19 70 06 0100")
    assert said(client)[0] == Closed("TunnelClosureNotification")
    assert state(client) is State.REQUESTING


def test_the_closure_of_another_tunnel_is_answered_not_found() -> None:
    client = open_client(TunnelClient())
    hear(client, "09 70 06 0200")
    assert sent(client) == [hexed("10 70 0B 06 8B")]
    assert state(client) is State.OPEN


def test_it_renews_0xffff_seconds_after_the_last_answer_while_data_goes_on() -> None:
    client = open_client(TunnelClient(), now=1_000)
    assert client.deadline() == 1_000 + RENEWAL
    client.on_deadline(1_000 + RENEWAL)
    assert sent(client) == [hexed("01 01 00 06FFFF00DC05")]
    assert state(client) is State.RENEWING
    client.send("a", b"a", RENEWAL)
    assert sent(client) == [hexed("01 02 02 0100 61")]
    hear(client, "19 33 01 0100 DF", RENEWAL)
    assert told(client) == [Arrived(b"\xdf")]
    hear(client, "18 02 0B 02 00", RENEWAL)
    assert told(client) == [Delivered("a")]
    hear(client, "09 01 00 0100 00 DC05", 2_000 + RENEWAL)
    assert told(client) == []
    assert state(client) is State.OPEN
    assert client.deadline() == 2_000 + 2 * RENEWAL


def test_a_server_that_is_busy_at_the_renewal_leaves_the_tunnel_as_it_is() -> None:
    client = open_client(TunnelClient())
    client.on_deadline(RENEWAL)
    said(client)
    hear(client, "09 01 00 FFFF 01 DC05", RENEWAL)
    assert state(client) is State.OPEN
    assert client.deadline() == RENEWAL + 3 * MINUTE


def test_the_tunnel_may_have_another_id_after_the_renewal() -> None:
    client = open_client(TunnelClient())
    client.on_deadline(RENEWAL)
    client.send("a", b"a", RENEWAL)
    said(client)
    hear(client, "09 01 00 0200 00 DC05", RENEWAL)
    assert told(client) == [Opened(2)]
    client.on_deadline(RENEWAL + 5_000)
    assert sent(client) == [hexed("01 02 02 0200 61")]


def test_a_closed_tunnel_is_renewed_too() -> None:
    client = open_client(TunnelClient())
    hear(client, "19 70 06 0100", 5)
    said(client)
    client.on_deadline(RENEWAL)
    assert sent(client) == [hexed("01 01 00 06FFFF00DC05")]


# -- data in --------------------------------------------------------------------------------------


def test_data_is_handed_over_before_it_is_confirmed() -> None:
    client = open_client(TunnelClient())
    hear(client, "09 50 01 0100 DF09")
    assert said(client) == [Arrived(bytes.fromhex("DF09")), hexed("10 50 0B 01 00")]


def test_a_copy_of_data_is_confirmed_and_not_handed_over_again() -> None:
    client = open_client(TunnelClient())
    hear(client, "09 50 01 0100 DF09")
    said(client)
    hear(client, "09 50 01 0100 DF09")
    assert said(client) == [hexed("10 50 0B 01 00")]
    hear(client, "09 51 01 0100 DF09")
    assert told(client) == [Arrived(bytes.fromhex("DF09"))]


def test_data_that_asks_for_no_answer_gets_none() -> None:
    client = open_client(TunnelClient())
    hear(client, "19 50 01 0100 DF09")
    assert said(client) == [Arrived(bytes.fromhex("DF09"))]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("09 50 01 0200 DF", "01 50 03 0200 00"),
        ("19 50 01 0200 DF", "01 50 03 0200 00"),
        ("09 50 01 0100" + "DF" * 1501, "01 50 03 0100 02"),
    ],
    ids=["other tunnel", "other tunnel, quiet", "too long"],
)
def test_bad_data_is_answered_by_an_error(data: str, error: str) -> None:
    client = open_client(TunnelClient())
    hear(client, data)
    assert sent(client) == [hexed(error)]


def test_data_before_the_tunnel_is_there_has_no_tunnel() -> None:
    client = TunnelClient()
    hear(client, "09 50 01 0000 DF")
    assert sent(client) == [hexed("01 50 03 0000 00")]


# -- limits ---------------------------------------------------------------------------------------


def test_1500_bytes_pass_and_1501_do_not() -> None:
    client = open_client(TunnelClient())
    client.send("whole", bytes(1500), 0)
    assert len(bytes.fromhex(sent(client)[0])) == 3 + 2 + 1500
    client.send("over", bytes(1501), 0)
    assert told(client) == [Undelivered("over", Why.TOO_LONG)]


def test_no_more_is_sent_than_the_server_says_it_takes() -> None:
    client = TunnelClient()
    client.send("long", bytes(101), 0)
    client.send("short", bytes(100), 0)
    said(client)
    hear(client, "09 00 00 0100 00 6400")
    opened, long, short = said(client)
    assert opened == Opened(1)
    assert long == Undelivered("long", Why.TOO_LONG, "the other end takes 100 bytes")
    assert short == hexed("01 01 02 0100" + "00" * 100)


def test_the_queue_has_an_end() -> None:
    client = TunnelClient(TunnelPolicy(queue=2))
    for name in ("a", "b", "c"):
        client.send(name, b"x", 0)
    assert told(client) == [Undelivered("c", Why.QUEUE_FULL)]


def test_a_message_that_waits_can_be_withdrawn_but_not_one_in_flight() -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    client.send("b", b"b", 0)
    said(client)
    assert not client.withdraw("a")
    assert client.withdraw("b")
    assert not client.withdraw("b")
    hear(client, "18 01 0B 02 00")
    assert said(client) == [Delivered("a")]


def test_destroying_it_tells_what_was_not_delivered_and_nothing_to_the_server() -> None:
    client = open_client(TunnelClient())
    client.send("a", b"a", 0)
    client.send("b", b"b", 0)
    said(client)
    client.destroy(0)
    assert said(client) == [
        Closed("the owner has no more use for the tunnel"),
        Undelivered("a", Why.DESTROYED),
        Undelivered("b", Why.DESTROYED),
    ]
    assert client.deadline() is None


# -- frames that make no sense --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("09 11 00 0100", "10 11 0B 00 80"),  # RequestTunnelResponse, cut short
        ("09 11 01 01", "10 11 0B 01 80"),  # TransferData without a whole tunnel id
        ("09 11 03 01000100", "10 11 0B 03 81"),  # flow control, which GB Devices do not use
        ("09 11 07", "10 11 0B 07 81"),  # no such command
        ("19 11 07", "10 11 0B 07 81"),  # ... an error is answered though no answer is wanted
        ("01 11 00 06FFFF00DC05", "18 11 0B 00 81"),  # a request to a Device that is no server
        ("0D 5F10 11 01 0100 DF", "14 5F10 11 0B 01 81"),  # a manufacturer's own command
        ("08 11 00 00", "10 11 0B 00 80"),  # Read Attributes with half an attribute
        ("08 11 55", "10 11 0B 55 82"),  # no such general command
        ("08 11 00 0000", "00 11 01 0000 86"),  # the timeout is an attribute of the server
        ("09 11 02 0900 00", "10 11 0B 02 8B"),  # TransferDataError for another tunnel
    ],
)
def test_a_frame_that_makes_no_sense_is_answered(text: str, answer: str) -> None:
    client = open_client(TunnelClient())
    hear(client, text)
    assert sent(client) == [hexed(answer)]
    assert state(client) is State.OPEN


@pytest.mark.parametrize(
    "text",
    [
        "18 11 0B 02",  # Default Response, cut short
        "18 11 0B 0200FF",  # ... and too long
        "10 11 0B 02 00",  # ... for the other side
        "18 11 01 0000 86",  # Read Attributes Response
        "0A 11 00",  # a frame type that is reserved
        "09 63 00 0100 00 DC05",  # RequestTunnelResponse to nothing
    ],
)
def test_an_answer_is_never_answered(text: str) -> None:
    client = open_client(TunnelClient())
    hear(client, text)
    assert said(client) == []
