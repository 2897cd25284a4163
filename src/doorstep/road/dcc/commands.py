"""From a request to its Pre-Command or Command, as its Command Variant asks."""

from __future__ import annotations

from doorstep.duis import codes
from doorstep.duis.command_variant import Service
from doorstep.duis.response import LocalCommand, PreCommand
from doorstep.errors import WrongDevice
from doorstep.gbcs.message import Message
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.access import Denied, Refusal, Wanted, check_authorised
from doorstep.road.dcc.backups import Taken, replaced
from doorstep.road.dcc.desk import Desk
from doorstep.road.dcc.inventory import Device
from doorstep.road.dcc.outcome import Outcome

__all__ = ["Commands"]


class Commands:
    """Makes what a Device service comes to; what it comes to is not in the books yet."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def make(self, wanted: Wanted, now: Instant) -> Outcome:
        """Carry out a request for a Device.

        Raises :class:`Denied` where there is no room, :class:`Refusal` where it is for another kind of
        Device, :class:`Unsupported`, :class:`NoKey`, and :class:`InputError` for what is wrong with it.
        """
        assert wanted.device is not None
        make = self._transform if wanted.variant.service is Service.TRANSFORM else self._command
        return make(wanted, wanted.device, now)

    def _transform(self, wanted: Wanted, device: Device, now: Instant) -> Outcome:
        desk = self._desk
        message = self._pre_command(wanted, device, now)
        payload = bytes(message) + (b"\x00" if desk.policy.trailing_zero else b"")
        return Outcome(codes.I0, PreCommand(desk.policy.gbcs_version, payload), pre_command=message)

    def _command(self, wanted: Wanted, device: Device, now: Instant) -> Outcome:
        desk, request, variant = self._desk, wanted.request, wanted.variant
        self._check_room(wanted)
        payload = request.gbcs_payload
        if payload is None:
            message = self._pre_command(wanted, device, now)
        else:
            message = desk.broker.signed_pre_command(request, payload)
            desk.ledger.check_transformed(request, message)
        command = desk.broker.command(message)
        local = LocalCommand(bytes(command)) if variant.local_copy else None
        if local is None:
            return Outcome(codes.I99, command=command)
        if not variant.wan or desk.policy.local_copy_synchronous:
            return Outcome(codes.I0, local, command=command)
        copy = desk.documents.sign(desk.documents.answer(request, codes.I0, local, now))
        return Outcome(codes.I99, command=command, pushed=copy)

    def _pre_command(self, wanted: Wanted, device: Device, now: Instant) -> Message:
        desk = self._desk
        counter, devices = desk.ledger.broker_counter, desk.registry.devices
        kept = self._kept(wanted)
        try:
            return desk.broker.pre_command(wanted.request, device, counter, now, devices=devices, kept=kept)
        except WrongDevice as error:
            raise Refusal(codes.E11, str(error)) from None

    def _kept(self, wanted: Wanted) -> Taken | None:
        """The Device Log to be restored, if one is: of a Device that is the User's too, as its target is."""
        desk, old = self._desk, replaced(wanted.request)
        if old is None:
            return None
        device, taken = desk.registry.devices.get(old), desk.backups.find(old)
        if device is None:
            raise Refusal(codes.E19, f"{old} is not in the inventory")
        check_authorised(wanted, device)
        if taken is None:
            raise Refusal(desk.policy.no_backup, f"{old} has sent no backup of its Device Log")
        return taken

    def _check_room(self, wanted: Wanted) -> None:
        desk = self._desk
        if wanted.variant.wan and desk.wan.full:
            raise Denied(desk.policy.status_overloaded, "too many Commands are on their way")
        if desk.mailbox.full(wanted.request.request_id.originator):
            raise Denied(desk.policy.status_overloaded, "the User does not take what waits already")
