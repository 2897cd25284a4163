"""The mirror: what the sleeping gas meter last reported, and the flags that it is given for that.

The meter asks for a mirror, says how it will report, and reports attributes each time that it wakes; the
last of them says that the report is complete, and the mirror answers it with its flags. One of them says
that a message waits in the meter's tunnel (:mod:`.gas`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.zigbee.clusters import METERING
from doorstep.zigbee.clusters.metering import (
    ConfigureMirror,
    FunctionalFlag,
    MirrorRemoved,
    MirrorReportAttributeResponse,
    NotificationScheme,
    RemoveMirror,
    RequestMirror,
    RequestMirrorResponse,
)
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.mirror import MIRROR, REPORT_COMPLETE
from doorstep.zigbee.types import BITMAP32, DataType, Value
from doorstep.zigbee.zcl import (
    AttributeRecord,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    ReportAttributes,
    Status,
)

__all__ = ["Mirror", "Reported"]

_RECORD: Final = struct.Struct(">8sIB")  # owner, issuer event id, scheme
_NO_ENDPOINT: Final = 0xFFFF
_REPORTING_STATUS: Final = 0xFFFE
_FLAG_WORDS: Final = 8
_WORDS: Final = MappingProxyType({NotificationScheme.A: 1, NotificationScheme.B: 5})
"""How many words of flags a scheme has."""


class Reported(Struct, frozen=True):
    """A value of the meter's, its data type, and when it was reported."""

    type: int
    value: Value
    when: Instant


class Mirror:
    """One mirror, for one gas meter. ``waits`` says whether a message waits for a Device.

    It holds ``limit`` attributes at most; more of them are not mirrored. Whose it is and how it is told is
    its ``record``, which is remembered; the values are not, as the meter reports them anew at every wake.
    Raises :class:`DecodeError` for a record that no mirror has written.
    """

    def __init__(self, limit: int, waits: Callable[[Eui], bool], record: bytes | None = None) -> None:
        self._limit = limit
        self._waits = waits
        self._owner: Eui | None = None
        self._event = 0
        self._scheme = NotificationScheme.NONE
        self._values: dict[tuple[int, int], Reported] = {}
        self._commands: Mapping[type[Layout], Callable[[Eui, Frame, Any], Frame]] = {
            RequestMirror: self._request,
            RemoveMirror: self._remove,
            ConfigureMirror: self._configure,
        }
        if record is not None:
            self._restore(record)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def record(self) -> bytes | None:
        """Whose mirror it is and how it is told, to be remembered; None where it is nobody's."""
        if self._owner is None:
            return None
        return _RECORD.pack(self._owner, self._event, self._scheme)

    def _restore(self, record: bytes) -> None:
        try:
            owner, self._event, scheme = _RECORD.unpack(record)
            self._owner, self._scheme = Eui.of(owner), NotificationScheme(scheme)
        except (struct.error, ValueError) as error:
            raise DecodeError("remembered mirror", 0, str(error)) from None

    @property
    def owner(self) -> Eui | None:
        """The gas meter that is mirrored, or None."""
        return self._owner

    def forget(self, device: Eui) -> None:
        """A Device is out of the log: if the mirror is its own, it is gone."""
        if device == self._owner:
            self._clear()

    def reported(self, cluster: int, attribute: int) -> Reported | None:
        """What was last reported of an attribute, or None."""
        return self._values.get((cluster, attribute))

    # -- what the meter says ------------------------------------------------------------------------

    def command(self, device: Eui, frame: Frame, command: Layout | Unknown) -> Frame:
        """The answer to a command of the Metering cluster's server; ``device`` is a GSME of the log."""
        take = None if isinstance(command, Unknown) else self._commands.get(type(command))
        if take is None:
            return frame.default_response(Status.UNSUPPORTED_CLUSTER_COMMAND)
        return take(device, frame, command)

    def report(
        self, device: Eui, cluster: int, frame: Frame, report: ReportAttributes, now: Instant
    ) -> Frame | None:
        """Mirror what is reported; the answer, or None where the meter wants none."""
        if device != self._owner:
            return frame.default_response(Status.NOT_AUTHORIZED)
        for record in report.records:
            place = cluster, record.attribute
            if place in self._values or len(self._values) < self._limit:
                self._values[place] = Reported(record.type, record.value, now)
        last = report.records[-1] if report.records else None
        complete = (
            cluster == METERING.id
            and last is not None
            and (last.attribute, last.value) == (_REPORTING_STATUS, REPORT_COMPLETE)
        )
        if complete and self._scheme in _WORDS:
            flags = self._flags()[: _WORDS[self._scheme]]
            return self._answer(frame, MirrorReportAttributeResponse(self._scheme, flags))
        return None if frame.quiet else frame.default_response(Status.SUCCESS)

    def read_flags(self, device: Eui, frame: Frame, asked: ReadAttributes) -> Frame:
        """The mirror's own attributes, which are its words of flags, for the meter that it mirrors."""
        if device != self._owner:
            return frame.default_response(Status.NOT_AUTHORIZED)
        flags = dict(enumerate(self._flags()))
        records = tuple(_record(one, BITMAP32, flags.get(one)) for one in asked.attributes)
        response = ReadAttributesResponse(records)
        back = frame.direction.opposite
        return Frame.of_general(response, sequence=frame.sequence, direction=back, quiet=True)

    def _request(self, device: Eui, frame: Frame, _command: RequestMirror) -> Frame:
        if self._owner not in (None, device):
            return self._answer(frame, RequestMirrorResponse(_NO_ENDPOINT))
        if self._owner is None:
            self._clear()
            self._owner = device
        return self._answer(frame, RequestMirrorResponse(MIRROR))

    def _remove(self, device: Eui, frame: Frame, _command: RemoveMirror) -> Frame:
        if device != self._owner:
            return self._answer(frame, MirrorRemoved(_NO_ENDPOINT))
        self._clear()
        return self._answer(frame, MirrorRemoved(MIRROR))

    def _configure(self, device: Eui, frame: Frame, command: ConfigureMirror) -> Frame:
        """An older configuration than the one in force changes nothing."""
        if device != self._owner:
            return frame.default_response(Status.NOT_AUTHORIZED)
        if command.notification_scheme > NotificationScheme.B:
            return frame.default_response(Status.INVALID_FIELD)
        if command.issuer_event_id < self._event:
            return frame.default_response(Status.FAILURE)
        self._event = command.issuer_event_id
        wanted = NotificationScheme(command.notification_scheme)
        self._scheme = wanted if command.notification_reporting else NotificationScheme.NONE
        return frame.default_response(Status.SUCCESS)

    # -- and what it is told ------------------------------------------------------------------------

    def _flags(self) -> tuple[int, ...]:
        waits = self._owner is not None and self._waits(self._owner)
        functional = FunctionalFlag.TUNNEL_MESSAGE_PENDING if waits else 0
        return int(functional), *(0,) * (_FLAG_WORDS - 1)

    def _answer(self, frame: Frame, command: Any) -> Frame:
        return METERING.frame(command, Direction.TO_SERVER, sequence=frame.sequence, quiet=True)

    def _clear(self) -> None:
        self._owner, self._event = None, 0
        self._scheme = NotificationScheme.NONE
        self._values.clear()


def _record(identifier: int, kind: DataType, value: Value) -> AttributeRecord:
    if value is None:
        return AttributeRecord(identifier, Status.UNSUPPORTED_ATTRIBUTE)
    return AttributeRecord(identifier, Status.SUCCESS, kind.id, value)
