"""What Devices send over the WAN: Responses and Alerts, each to the User that it is for, and once."""

from __future__ import annotations

from msgspec import structs

from doorstep.duis.response import FutureDatedAlert
from doorstep.errors import DoorstepError, InputError
from doorstep.eui import Eui
from doorstep.gbcs.alerts import alert_code
from doorstep.gbcs.gbt import Block, GaveUp, Reassembly, Whole, decode_block, is_block
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import Message, decode, peek
from doorstep.gbcs.times import Instant
from doorstep.road.dcc import alerts, events
from doorstep.road.dcc.backups import backup_of
from doorstep.road.dcc.desk import Desk
from doorstep.road.dcc.firmware import RECEIVED, activation_of
from doorstep.road.dcc.outcome import Notice
from doorstep.road.dcc.records import Outstanding
from doorstep.road.machine import Remember

__all__ = ["Arrivals"]


class Arrivals:
    """Forwards what comes, and says what does not come any more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reassembly = Reassembly(desk.policy.blocks)

    def take(self, event: events.FromWan, now: Instant) -> None:
        """Forward what a Device sent to the User that it is for, once it is whole."""
        try:
            self._check_hub(peek(event.message), event.hub)
            if is_block(event.message):
                self._take_block(decode_block(event.message), now)
            else:
                self._forward(event.message, now)
        except DoorstepError as error:
            self._desk.note("refused", f"from the WAN: {error}", event.message)

    def deadline(self) -> Instant | None:
        """When a long message is given up of which no more blocks have come."""
        return self._reassembly.deadline()

    def on_deadline(self, now: Instant) -> None:
        """Forget what is too old."""
        self._reassembly.on_deadline(now)
        self._put_together(now)

    def _check_hub(self, header: GroupingHeader, hub: Eui) -> None:
        device = self._desk.registry.devices.get(header.business_originator_id)
        if device is None or device.hub != hub:
            raise InputError(f"{hub} is not the hub of {header.business_originator_id}")

    def _take_block(self, block: Block, now: Instant) -> None:
        if block.is_acknowledgement:
            # The whole Command is sent again in its time, so there is nothing to do for a few of its blocks.
            raise InputError("a Device asks for blocks of a Command, which is sent again as a whole")
        self._reassembly.receive(block, now)
        self._put_together(now)

    def _put_together(self, now: Instant) -> None:
        while (event := self._reassembly.next_event()) is not None:
            if isinstance(event, Whole):
                self._forward(event.message, now)
            elif isinstance(event, GaveUp):
                device = event.header.business_originator_id
                self._desk.note("given up", f"a long message of {device}: {event.why}")

    def _forward(self, data: bytes, now: Instant) -> None:
        message = decode(data)
        self._desk.broker.authenticate(message)
        forward = self._alert if message.header.cra is Cra.ALERT else self._response
        forward(message, data, now)

    def give_up(self, command: Outstanding, now: Instant) -> None:
        """A Command could not be delivered within its lifetime.

        The User is alerted of it; a request that was held until its time is answered as well (E30).
        """
        desk = self._desk
        name = command.request
        desk.note("gave up", f"{name}: no Response over the WAN within its lifetime")
        alert = alerts.command_failure(name, command.schedule)
        document = desk.documents.dcc_alert(desk.policy.command_failure_alert, alert, now)
        entries = desk.mailbox.put(name.originator, document, now)
        if command.waited is not None:
            timed_out = desk.documents.timed_out(name, command.waited, now)
            entries |= desk.mailbox.put(name.originator, timed_out, now)
        desk.out.put(Remember(entries | desk.wan.drop(command.name)))

    def storms_over(self, now: Instant) -> None:
        """Tell of the alerts that were held back, where their time is over."""
        desk = self._desk
        for storm, entries in desk.storms.over(now):
            if storm.held_back:
                counts = storm.sequence, storm.held_back
                alert = decode(storm.latest)
                document = desk.documents.device_alert(alert, storm.user, storm.latest, now, counts)
                entries |= desk.mailbox.put(storm.user, document, now)
            desk.out.put(Remember(entries))

    def _response(self, message: Message, data: bytes, now: Instant) -> None:
        desk = self._desk
        issued = desk.ledger.answered(message)
        if issued.answered:
            desk.note("repeated", f"the Response to {issued.request} has come before", data)
            return
        if issued.schedule is not None:
            document = desk.documents.scheduled(issued, issued.schedule, data, now)
        else:
            document = desk.documents.device_response(issued, data, now)
        entries = desk.mailbox.put(issued.request.originator, document, now)
        desk.out.put(Remember(entries | desk.settle(message, issued, now)))

    def _alert(self, message: Message, data: bytes, now: Instant) -> None:
        desk, header = self._desk, message.header
        user = header.supplementary_remote_party_id or header.business_target_id
        if user == desk.broker.eui:
            self._own_alert(message, data, now)
            return
        if user not in desk.registry.users:
            raise InputError(f"the Alert is for {user}, who is no User of the DCC")
        if desk.ledger.heard(data):
            desk.note("repeated", "the Alert has come before", data)
            return
        document = self._dated(message, data, now) or desk.documents.device_alert(message, user, data, now)
        if desk.mailbox.full(user):
            desk.note("lost", f"{user} does not take what waits already", data)
            return
        device, code = header.business_originator_id, alert_code(message)
        forwarded, entries = desk.storms.take(device, user, code, data, now)
        entries |= desk.ledger.hear(data, now)
        if code == RECEIVED:
            entries |= desk.distributions.arrived(device)
        if forwarded:
            entries |= desk.mailbox.put(user, document, now)
        else:
            desk.note("held back", f"0x{code:04X} of {device} comes too often", data)
        desk.out.put(Remember(entries))

    def _own_alert(self, message: Message, data: bytes, now: Instant) -> None:
        """An Alert for the DCC itself: a Device Log is kept, firmware of a PPMID noted, all else refused."""
        desk, device = self._desk, message.header.business_originator_id
        activation = activation_of(message)
        if activation is not None:
            self._ppmid_firmware(message, data, *activation, now)
            return
        taken = backup_of(message)
        if taken is None:
            raise InputError(f"the Alert 0x{alert_code(message):04X} is for the DCC, which does not use it")
        entries = desk.backups.keep(device, taken)
        desk.note("kept" if entries else "repeated", f"the Device Log of {device}", data)
        if entries:
            desk.out.put(Remember(entries))

    def _ppmid_firmware(self, message: Message, data: bytes, version: str, done: bool, now: Instant) -> None:
        """CS09: the inventory has the version that runs; who asked, or is registered, is told."""
        desk, name = self._desk, message.header.business_originator_id
        if desk.ledger.heard(data):
            desk.note("repeated", "the Alert has come before", data)
            return
        device = desk.registry.devices[name]
        asker = {user for user in (desk.distributions.asked_by(name),) if user is not None}
        entries = desk.ledger.hear(data, now) | desk.distributions.arrived(name)
        if done:
            details = structs.replace(device.details, firmware_version=version)
            entries |= desk.registry.put(structs.replace(device, details=details))
        alert = alerts.ppmid_firmware(name, alert_code(message), now, version, done=done)
        users = (device.parties | asker) & set(desk.registry.users)
        notices = [Notice(user, desk.policy.ppmid_firmware_alert, alert) for user in sorted(users)]
        desk.note("inventory", f"firmware {version} of {name}: {'runs' if done else 'not started'}", data)
        desk.out.put(Remember(entries | desk.tell(notices, now)))

    def firmware_over(self, now: Instant) -> None:
        """Tell the User of an image which Devices never said that it came."""
        desk = self._desk
        for distribution, entries in desk.distributions.given_up(now):
            name = distribution.request
            alert = alerts.firmware_failure(name, distribution.waiting)
            notice = Notice(name.originator, desk.policy.firmware_failure_alert, alert)
            desk.note("gave up", f"{name}: firmware did not come to {len(distribution.waiting)} Devices")
            desk.out.put(Remember(entries | desk.tell((notice,), now)))

    def _dated(self, message: Message, data: bytes, now: Instant) -> bytes | None:
        """An Alert that says what became of an instruction for later is the answer to its request."""
        desk, header = self._desk, message.header
        outcome = alerts.outcome_of(message)
        if outcome is None:
            return None
        device, user = header.business_originator_id, header.business_target_id
        issued = desk.ledger.dated(device, user, outcome)
        if issued is None:
            return None
        number, total = _numbered(outcome.instruction, issued.instructions)
        dated = FutureDatedAlert(outcome.alert, data, number, total)
        return desk.documents.dated_outcome(issued, dated, message, now)


def _numbered(instruction: bytes, instructions: tuple[bytes, ...]) -> tuple[int, int]:
    """Which instruction of how many; one that the Command is not known to have is the only one (policy)."""
    if instruction not in instructions:
        return 1, 1
    return instructions.index(instruction) + 1, len(instructions)
