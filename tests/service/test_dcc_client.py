"""The User's client against a DCC behind real HTTP: every Command Variant, and what can go wrong."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from doorstep import duis, gbcs
from doorstep.duis import DeviceAlert, LocalCommand, PreCommand, RequestId, ResponseMessage, element
from doorstep.duis import codes as response_codes
from doorstep.errors import BadSignature, DecodeError, UsageError, VerificationError
from doorstep.road.dcc import events
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.supplier.correlate import NotCorrelated
from doorstep.road.supplier.gateway import GatewayRefused, Unanswered
from doorstep.service.dcc_alerts import Alerts
from doorstep.service.sent_request import NoAnswer, NotDelivered, RequestRefused, SentRequest
from tests.duis.bodies.specimens import smallest
from tests.road.dcc import office
from tests.road.dcc.office import BALANCE, DCC, ENABLE, ESME, NEIGHBOUR, STRANGER, SUPPLIER
from tests.service.aio import in_loop, until
from tests.service.live_dcc import NOW, USER, USER_KEYS, client_and_dcc, dcc_signs


@pytest.mark.parametrize(("body", "use_case"), [(BALANCE, "ECS82"), (ENABLE, "ECS42")])
@in_loop
async def test_over_the_wan_the_device_s_response_comes_afterwards(body: duis.Element, use_case: str) -> None:
    async with client_and_dcc() as (client, dcc):
        sent = await client.request(body, ESME)
        assert sent.answer.code == "I99"
        response = await sent.device_response()
    assert response.message.use_case is not None
    assert response.message.use_case.label == use_case
    assert response.failure is None
    assert response.data == office.response_to(dcc.to_wan[0])


@pytest.mark.parametrize(("body", "number"), [(BALANCE, 2), (ENABLE, 6)])
@in_loop
async def test_for_local_delivery_the_command_is_in_the_answer(body: duis.Element, number: int) -> None:
    async with client_and_dcc() as (client, dcc):
        sent = await client.request(body, ESME, command_variant=number)
        command = await sent.local_command()
        assert dcc.to_wan == []
        # What the meter answers comes by another way, and is returned to the DCC.
        response = office.response_to(command)
        assert sent.read(response).failure is None
        returned = await client.return_response(sent, response)
        assert returned.answer.code == "I99"
    assert isinstance(sent.answer.body, ResponseMessage)
    assert sent.answer.body.content == LocalCommand(command)
    assert gbcs.verify(gbcs.decode(command), office.EVERYBODY).mac is gbcs.Verdict.VERIFIED


@pytest.mark.parametrize("synchronous", [False, True])
@pytest.mark.parametrize(("body", "number"), [(BALANCE, 3), (ENABLE, 7)])
@in_loop
async def test_both_ways_the_copy_may_be_in_the_answer_or_come_after_it(
    body: duis.Element, number: int, synchronous: bool
) -> None:
    async with client_and_dcc(DccPolicy(local_copy_synchronous=synchronous)) as (client, dcc):
        sent = await client.request(body, ESME, command_variant=number)
        assert sent.answer.code == ("I0" if synchronous else "I99")
        assert await sent.local_command() == dcc.to_wan[0]
        assert (await sent.device_response()).failure is None


@in_loop
async def test_a_critical_request_is_transformed_and_signed_under_one_request_id() -> None:
    async with client_and_dcc() as (client, dcc):
        await client.request(ENABLE, ESME, command_variant=6)
    transform, signed = (duis.parse_request(document) for document in dcc.posted)
    assert (transform.command_variant, signed.command_variant) == (4, 6)
    assert transform.request_id == signed.request_id
    message = gbcs.decode(signed.gbcs_payload or b"")
    assert gbcs.verify(message, USER_KEYS).signature is gbcs.Verdict.VERIFIED


@in_loop
async def test_nothing_is_signed_that_says_something_else() -> None:
    """The DCC transforms another request than the one it was asked to."""
    async with client_and_dcc() as (client, dcc):
        name = await client.name(duis.variant("7.1"), ESME)
        disable = duis.service_request(name, 4, element("DisableSupply"))
        other = dcc_signs(
            duis.Response(
                code=response_codes.I0,
                response_date_time=NOW,
                request_id=name,
                body=ResponseMessage("7.1", "7.1", PreCommand("4.2", bytes(office.pre_command(disable)))),
            )
        )
        dcc.instead = other
        with pytest.raises(NotCorrelated):
            await client.send(duis.service_request(name, 6, ENABLE))
        assert len(dcc.posted) == 1


@pytest.mark.parametrize("ill", [503, 0])
@in_loop
async def test_a_request_without_an_answer_is_posted_again_as_it_was_and_done_once(ill: int) -> None:
    async with client_and_dcc() as (client, dcc):
        dcc.ill = [ill, ill]
        sent = await client.request(BALANCE, ESME)
        await sent.device_response()
    assert len(dcc.posted) == 3
    assert len(set(dcc.posted)) == 1
    assert len(dcc.to_wan) == 1


@in_loop
async def test_after_so_many_attempts_there_is_no_answer() -> None:
    async with client_and_dcc() as (client, dcc):
        dcc.ill = [503] * 3
        with pytest.raises(Unanswered, match="HTTP 503"):
            await client.request(BALANCE, ESME)
    assert len(dcc.posted) == 3


@in_loop
async def test_an_error_code_and_an_http_status_are_refusals() -> None:
    async with client_and_dcc() as (client, _dcc):
        with pytest.raises(RequestRefused, match="E19") as refused:
            await client.request(BALANCE, STRANGER)
        assert refused.value.response.code == "E19"
        await client.request(BALANCE, ESME)
        with pytest.raises(GatewayRefused, match="HTTP 400"):
            await client.send(office.asked(1, 1))  # Its counter is under the last one.


@in_loop
async def test_what_the_service_does_not_take_is_not_sent() -> None:
    async with client_and_dcc() as (client, dcc):
        for body, number in ((BALANCE, 5), (ENABLE, 1), (smallest("ReadInventory"), 1)):
            with pytest.raises(UsageError, match="takes Command Variants"):
                await client.request(body, ESME, command_variant=number)
        with pytest.raises(UsageError, match="for a Device"):
            await client.request(BALANCE)
    assert dcc.posted == []


@in_loop
async def test_no_response_in_time() -> None:
    async with client_and_dcc() as (client, dcc):
        dcc.meter = lambda _command: None
        sent = await client.request(BALANCE, ESME)
        with pytest.raises(NoAnswer, match=r"no Response of the Device in 0\.05 seconds"):
            await sent.device_response(0.05)
        with pytest.raises(NoAnswer, match="no Command for Local Delivery"):
            await sent.local_command(0.01)
        # It may come yet.
        dcc.driver.offer(events.FromWan(office.CHF, office.response_to(dcc.to_wan[0])))
        assert (await sent.device_response()).failure is None


@in_loop
async def test_a_request_for_a_local_copy_that_is_only_acknowledged_may_be_in_quarantine() -> None:
    request = duis.service_request(RequestId(SUPPLIER, ESME, 1), 2, BALANCE)
    sent = SentRequest(request, USER, USER_KEYS)
    message = ResponseMessage(request.service_reference, request.service_reference_variant)
    sent.answered(duis.Response(code=response_codes.I99, response_date_time=NOW, body=message))
    with pytest.raises(NoAnswer, match="in 0 seconds; the DCC accepted it, and may keep it in quarantine"):
        await sent.local_command(0)


@in_loop
async def test_an_alert_that_the_command_was_not_delivered_ends_the_wait() -> None:
    async with client_and_dcc(DccPolicy(wan_lifetime=1)) as (client, dcc):
        dcc.meter = lambda _command: None
        sent = await client.request(BALANCE, NEIGHBOUR)
        with pytest.raises(NotDelivered, match="N12"):
            await sent.device_response()
        async for alert in client.alerts:
            assert (alert.code, alert.device, alert.message) == ("N12", None, None)
            break


@in_loop
async def test_alerts_of_devices_are_a_stream() -> None:
    async with client_and_dcc() as (client, dcc):
        for counter in (500, 501):
            dcc.driver.offer(events.FromWan(office.CHF, office.alert(counter=counter)))
        heard = []
        async for alert in client.alerts:
            assert alert.message is not None
            heard.append((alert.code, alert.device, alert.message.header.originator_counter, alert.doubt))
            if len(heard) == 2:
                break
    assert heard == [("8F12", ESME, 500, ""), ("8F12", ESME, 501, "")]


@in_loop
async def test_an_alert_that_the_device_did_not_make_is_doubted() -> None:
    async with client_and_dcc() as (client, _dcc):
        body = DeviceAlert(0x8F12, office.forged(office.alert()))
        name = RequestId(ESME, SUPPLIER, 500)
        await client.take(
            dcc_signs(duis.Response(code="I0", response_date_time=NOW, response_id=name, body=body))
        )
        async for alert in client.alerts:
            assert alert.message is None
            assert "signature" in alert.doubt
            break


@in_loop
async def test_the_oldest_alert_is_lost_where_nobody_reads_them() -> None:
    async with client_and_dcc() as (client, _dcc):
        client.alerts = Alerts(2)
        for counter in (1, 2, 3):
            body = DeviceAlert(0x8F12, office.alert(counter=counter))
            name = RequestId(ESME, SUPPLIER, counter)
            await client.take(
                dcc_signs(duis.Response(code="I0", response_date_time=NOW, response_id=name, body=body))
            )
        assert client.alerts.lost == 1
        async for alert in client.alerts:
            assert alert.message is not None
            assert alert.message.header.originator_counter == 2
            break


@in_loop
async def test_a_document_that_comes_twice_counts_once_and_one_for_nobody_is_given_back() -> None:
    async with client_and_dcc() as (client, dcc):
        sent = await client.request(BALANCE, ESME)
        await sent.device_response()
        await client.take(dcc.pushes[0])
        assert len(sent.documents) == 2
        stray = duis.Response(
            code="I0",
            response_date_time=NOW,
            request_id=RequestId(SUPPLIER, ESME, 5),
            body=ResponseMessage("4.18", "4.18"),
        )
        assert await client.take(dcc_signs(stray)) == stray
        with pytest.raises(BadSignature):
            await client.take(dcc.pushes[0].replace(b"<sr:ResponseCode>I0", b"<sr:ResponseCode>I99"))


@in_loop
async def test_requests_at_once_have_their_own_answers() -> None:
    async with client_and_dcc() as (client, dcc):
        sents = await asyncio.gather(*(client.request(BALANCE, ESME, command_variant=2) for _ in range(3)))
        names = [sent.request.request_id for sent in sents]
        assert len(set(names)) == 3
        for sent in sents:
            command = gbcs.decode(await sent.local_command())
            assert command.header.originator_counter == sent.request.request_id.counter
        await until(lambda: len(dcc.posted) == 3)


# -- what a sent request believes ------------------------------------------------------------------------


def sent_balance() -> tuple[SentRequest, bytes]:
    request = office.asked(2, 7)
    command = bytes(gbcs.seal(office.pre_command(request), office.EVERYBODY, author=DCC))
    return SentRequest(request, USER, USER_KEYS), command


def test_a_response_is_believed_only_if_it_is_authentic_and_answers_the_request() -> None:
    sent, command = sent_balance()
    response = office.response_to(command)
    assert sent.read(response).message.header.originator_counter == 7
    with pytest.raises(VerificationError):
        sent.read(office.forged(response))
    with pytest.raises(VerificationError, match="does not answer"):
        sent.read(office.response_to(command, counter=8))
    with pytest.raises(VerificationError, match="no use case of"):
        sent.read(office.response_to(command, code=0x004F))
    with pytest.raises(DecodeError):
        sent.read(response[:-1])


@in_loop
async def test_a_command_that_is_not_the_one_asked_for_is_refused() -> None:
    sent, _command = sent_balance()
    other = msgspec.structs.replace(sent.request, request_id=RequestId(SUPPLIER, ESME, 8))
    command = bytes(gbcs.seal(office.pre_command(other), office.EVERYBODY, author=DCC))
    sent.answered(
        duis.Response(
            code="I0",
            response_date_time=NOW,
            request_id=sent.request.request_id,
            body=ResponseMessage("4.18", "4.18", LocalCommand(command)),
        )
    )
    with pytest.raises(NotCorrelated):
        await sent.local_command()


@in_loop
async def test_an_error_that_comes_afterwards_is_a_refusal() -> None:
    sent, _command = sent_balance()
    ok, late = (
        duis.Response(
            code=code,
            response_date_time=NOW,
            request_id=sent.request.request_id,
            body=ResponseMessage("4.18", "4.18"),
        )
        for code in ("I99", "E21")
    )
    sent.answered(ok)
    sent.hear(late)
    with pytest.raises(RequestRefused, match="E21"):
        await sent.device_response()
