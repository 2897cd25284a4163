"""The COSEM objects of the Communications Hub Function, as rows: what each Command's components name.

A row is an attribute that can be read or written, or a method, with the type of what it is given. What a
row does is a function of the CHF's state, and gives the state that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import InputError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.axdr import BitString, CompactArray, Data, Tag, TypeDescription
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component
from doorstep.gbcs.times import Instant, cosem_date_time, from_utc2000, seconds_since_2000
from doorstep.road.device import Execution, Occasion
from doorstep.road.device.objects import (
    Place,
    Refused,
    Result,
    Shape,
    array,
    carry_out,
    place,
    structure,
)
from doorstep.road.hub.device_log import DeviceLog, Entry
from doorstep.road.hub.event_log import EventLog, Log, LoggedEvent
from doorstep.road.hub.state import ChfState
from doorstep.zigbee import keys

__all__ = ["ChfObjects", "LinkRecord", "backup"]

_SECOND: Final = 1000
_INSTALL_CODE: Final = 1
_NULL: Final = Data(Tag.NULL_DATA)
_EUI: Final = Shape(Tag.OCTET_STRING, size=8)
_KEY: Final = Shape(Tag.OCTET_STRING)
_ENUM: Final = Shape(Tag.ENUM)
_RANGE: Final = 1
"""The selector of a profile's entries by a range of one column."""


class LinkRecord(Struct, frozen=True):
    """How well the hub hears a Device: when last, and how many transmissions failed and went well."""

    heard: Instant | None = None
    failures: int = 0
    successes: int = 0


class ChfObjects:
    """The objects, as that which executes DLMS COSEM upon a CHF's state.

    ``identity`` are the values of the objects that say what the hub is, ``faults`` what is broken;
    ``links`` gives what is known of the radio link to a Device.
    """

    def __init__(
        self,
        identity: Mapping[Place, Data],
        faults: frozenset[Place],
        log: EventLog,
        links: Callable[[Eui], LinkRecord],
    ) -> None:
        self._identity = identity
        self._faults = faults
        self._log = log
        self._links = links

    def execute(self, request: AccessRequest, before: ChfState, occasion: Occasion) -> Execution[ChfState]:
        """Carry out the components in order; what those before one that fails have done stands."""
        state, response, failure = carry_out(
            request, before, lambda component, state: self._perform(component, state, occasion.now)
        )
        return Execution(state, response, failure)

    def _perform(self, component: Component, state: ChfState, now: Instant) -> tuple[ChfState, Data]:
        at = Place(component.class_id, component.obis, component.attribute)
        if at in self._faults:
            raise Refused(Result.HARDWARE_FAULT, f"{at} is broken")
        match component.action:
            case Action.GET:
                return state, self._get(at, state)
            case Action.GET_WITH_SELECTION:
                return state, self._select(at, component.selector, component.selection)
            case Action.SET:
                return _changed(_SETTERS, at, state, component.data, now), _NULL
            case Action.ACTION:
                if at in _BACKUPS:
                    return state, backup(state, _BACKUPS[at](state.devices), now)
                return _changed(_METHODS, at, state, component.data, now), _NULL

    def _get(self, at: Place, state: ChfState) -> Data:
        if at in self._identity:
            return self._identity[at]
        if at == _ACTIVE_DEVICES:
            items = tuple(_active(entry, self._links(entry.eui)) for entry in state.devices.others)
            return Data(Tag.ARRAY, items)
        if at not in _GETTERS:
            raise Refused(Result.OBJECT_UNDEFINED, f"there is no {at}")
        return _GETTERS[at](state)

    def _select(self, at: Place, selector: int | None, selection: Data | None) -> Data:
        if at not in _LOGS:
            raise Refused(Result.OBJECT_UNDEFINED, f"{at} has no selective access")
        if selector != _RANGE or selection is None or not _PERIOD.fits(selection):
            raise Refused(Result.TYPE_UNMATCHED, "entries are selected by a period of time")
        assert isinstance(selection.value, tuple)
        since, until = (_number(bound) for bound in selection.value[1:3])
        events = self._log.read(_LOGS[at], from_utc2000(since), from_utc2000(until) + _SECOND - 1)
        return _compact(events, with_data=_LOGS[at] is Log.EVENT)


# -- the Device Log ------------------------------------------------------------------------------------

_ACTIVE_DEVICES: Final = place("104 0-0:30.3.0.255 4")
_PERIOD: Final = structure(
    Shape(Tag.STRUCTURE),
    Shape(Tag.DOUBLE_LONG_UNSIGNED),
    Shape(Tag.DOUBLE_LONG_UNSIGNED),
    Shape(Tag.ARRAY),
)
_LOGS: Final = MappingProxyType(
    {place("7 0-0:99.98.0.255 2"): Log.EVENT, place("7 0-0:99.98.1.255 2"): Log.SECURITY}
)
_BACKUPS: Final[Mapping[Place, Callable[[DeviceLog], tuple[Entry, ...]]]] = MappingProxyType(
    {
        place("104 0-0:30.3.0.255 4"): lambda devices: devices.others,
        place("104 0-0:30.3.1.255 4"): lambda devices: devices.historic,
    }
)


def backup(state: ChfState, entries: tuple[Entry, ...], now: Instant) -> Data:
    """Entries of a Device Log as CCS07 reads them and the alert of CS14 carries them.

    The time, the extended PAN identifier, and of each Device its identifier and the hash of its Trust
    Centre link key, empty where there is none.
    """
    devices = tuple(_structure(_octets(entry.eui), _octets(entry.hashed_link_key)) for entry in entries)
    return _structure(_octets(cosem_date_time(now)), _octets(state.extended_pan), Data(Tag.ARRAY, devices))


# Status bits as the reference set has them for a Device that communicates; of one that has not joined we
# set the first alone. The radio's measurements are not emulated: zero says so.
_JOINED: Final = BitString(8, b"\xc8")
_LISTED: Final = BitString(8, b"\x80")
_ONE_HOP: Final = 1
_UNMEASURED: Final = (Data(Tag.INTEGER, 0),) * 3 + (Data(Tag.UNSIGNED, 0),) * 3
_MOST: Final = 0xFF
_NEVER: Final = bytes.fromhex("FFFFFFFFFFFFFFFFFF8000FF")


def _active(entry: Entry, link: LinkRecord) -> Data:
    """One Device as CCS05 and CCS06 read it."""
    numbers = (_ONE_HOP, min(link.failures, _MOST), min(link.successes, _MOST), 1, 1)
    return _structure(
        _octets(entry.eui),
        Data(Tag.BIT_STRING, _JOINED if entry.joined else _LISTED),
        *_UNMEASURED,
        _octets(_NEVER if link.heard is None else cosem_date_time(link.heard)),
        *(Data(Tag.UNSIGNED, number) for number in numbers),
    )


def _register(state: ChfState, data: Data, _now: Instant) -> ChfState:
    """CCS01: a Device that is listed already keeps its key, and the result is success all the same."""
    device, kind, key, _reserved = _parts(data)
    code = _bytes(key)
    try:
        is_code = kind.value == _INSTALL_CODE
        link_key = keys.link_key(keys.install_code(code)) if is_code else code
        if len(link_key) != _KEY_SIZE:
            raise UsageError(f"a link key has {_KEY_SIZE} bytes, not {len(link_key)}")
        devices = state.devices.registering(Eui(_bytes(device)), link_key)
    except InputError as error:
        raise Refused(Result.OTHER_REASON, str(error)) from None
    return state.with_devices(devices)


_KEY_SIZE: Final = 16


def _unregister(state: ChfState, data: Data, _now: Instant) -> ChfState:
    """CCS02. Policy: to remove what is not listed succeeds, as to add what is listed does."""
    device = Eui(_bytes(data))
    entry = state.devices.find(device)
    if entry is not None and entry not in state.devices.others:
        raise Refused(Result.READ_WRITE_DENIED, f"{device} is the hub itself")
    return state.with_devices(state.devices.removing(device))


def _restore(state: ChfState, data: Data, _now: Instant) -> ChfState:
    """CCS03: the Devices of a hub that this one takes the place of, and their network."""
    extended_pan, listed = _parts(data)
    devices = tuple((Eui(_bytes(one)), _bytes(key)) for one, key in map(_parts, _parts(listed)))
    if any(len(key) not in (0, _KEY_SIZE) for _device, key in devices):
        raise Refused(Result.OTHER_REASON, f"the hash of a link key has {_KEY_SIZE} bytes")
    try:
        restored = DeviceLog.restored(devices)
    except InputError as error:
        raise Refused(Result.OTHER_REASON, str(error)) from None
    own = tuple(entry for entry in state.devices.entries if entry not in state.devices.others)
    restored = DeviceLog((*own, *restored.entries), state.devices.historic)
    return structs.replace(state.with_devices(restored), extended_pan=Eui(_bytes(extended_pan)))


def _set_joining(state: ChfState, data: Data, now: Instant) -> ChfState:
    until = now + state.join_timeout * _SECOND if data.value else None
    return structs.replace(state, joining_until=until)


def _set_timeout(state: ChfState, data: Data, _now: Instant) -> ChfState:
    return structs.replace(state, join_timeout=_number(data))


def _set_sub_ghz(state: ChfState, data: Data, _now: Instant) -> ChfState:
    return structs.replace(state, sub_ghz=data)


def _get_sub_ghz(state: ChfState) -> Data:
    if state.sub_ghz is None:
        raise Refused(Result.TEMPORARY_FAILURE, "the radio below one gigahertz was never configured")
    return state.sub_ghz


_Getter = Callable[[ChfState], Data]
_Change = Callable[[ChfState, Data, Instant], ChfState]

_GETTERS: Final[Mapping[Place, _Getter]] = MappingProxyType(
    {
        place("104 0-0:30.3.0.255 2"): lambda state: Data(
            Tag.BOOLEAN, 0 if state.joining_until is None else 1
        ),
        place("104 0-0:30.3.0.255 3"): lambda state: Data(Tag.LONG_UNSIGNED, state.join_timeout),
        place("1 0-0:0.2.1.255 2"): lambda state: _octets(state.firmware.to_bytes(4, "big")),
        place("1 0-0:94.44.10.0 2"): _get_sub_ghz,
    }
)
_SETTERS: Final[Mapping[Place, tuple[Shape, _Change]]] = MappingProxyType(
    {
        place("104 0-0:30.3.0.255 2"): (Shape(Tag.BOOLEAN), _set_joining),
        place("104 0-0:30.3.0.255 3"): (Shape(Tag.LONG_UNSIGNED), _set_timeout),
        place("1 0-0:94.44.10.0 2"): (Shape(Tag.STRUCTURE), _set_sub_ghz),
    }
)
_METHODS: Final[Mapping[Place, tuple[Shape, _Change]]] = MappingProxyType(
    {
        place("104 0-0:30.3.0.255 1"): (structure(_EUI, _ENUM, _KEY, _ENUM), _register),
        place("104 0-0:30.3.0.255 2"): (_EUI, _unregister),
        place("104 0-0:30.3.0.255 5"): (structure(_EUI, array(structure(_EUI, _KEY))), _restore),
    }
)


def _changed(
    rows: Mapping[Place, tuple[Shape, _Change]], at: Place, state: ChfState, data: Data, now: Instant
) -> ChfState:
    if at not in rows:
        raise Refused(Result.OBJECT_UNDEFINED, f"there is no {at}")
    shape, change = rows[at]
    if not shape.fits(data):
        raise Refused(Result.TYPE_UNMATCHED, f"{data.tag.name.lower()} is not the type of {at}")
    return change(state, data, now)


# -- COSEM values --------------------------------------------------------------------------------------


def _compact(events: tuple[LoggedEvent, ...], *, with_data: bool) -> Data:
    """Entries of a log, as a profile's buffer: time stamp, code, and in the Event Log what goes with it."""
    tags = (Tag.DOUBLE_LONG_UNSIGNED, Tag.LONG_UNSIGNED, Tag.OCTET_STRING)[: 3 if with_data else 2]
    kind = TypeDescription(Tag.STRUCTURE, len(tags), tuple(TypeDescription(tag) for tag in tags))
    rows = (_columns(event) for event in events)
    return Data(Tag.COMPACT_ARRAY, CompactArray(kind, tuple(_structure(*row[: len(tags)]) for row in rows)))


def _columns(event: LoggedEvent) -> tuple[Data, Data, Data]:
    time, code = (
        Data(Tag.DOUBLE_LONG_UNSIGNED, seconds_since_2000(event.time)),
        Data(Tag.LONG_UNSIGNED, event.code),
    )
    return time, code, _octets(event.data)


def _structure(*parts: Data) -> Data:
    return Data(Tag.STRUCTURE, parts)


def _octets(value: bytes) -> Data:
    return Data(Tag.OCTET_STRING, bytes(value))


def _parts(data: Data) -> tuple[Data, ...]:
    assert isinstance(data.value, tuple), "the shape was checked"
    return data.value


def _bytes(data: Data) -> bytes:
    assert isinstance(data.value, bytes), "the shape was checked"
    return data.value


def _number(data: Data) -> int:
    assert isinstance(data.value, int), "the shape was checked"
    return data.value
