"""Mapping rows of auxiliary loads, their switches and the boost button: SRV 6.14.1 and 7.5 to 7.16.

A meter has up to five auxiliary loads. Switch and controller are two generations of the same thing: one
is on or off, the other has a level. What either is told to do is the number of a script.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import BOOLEAN
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.calendar import number_of
from doorstep.duis.transform.dlms import (
    ASCII,
    FALSE,
    TRUE,
    Part,
    act,
    get,
    long_unsigned,
    moment,
    number,
    put,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, Parts, dlms
from doorstep.duis.transform.selection import entries
from doorstep.errors import InputError, XmlError
from doorstep.gbcs.payloads.axdr import Data, Tag

__all__ = ["LOAD", "ROWS", "STATE_SCRIPTS", "identity", "level_script", "switch_script"]

LOAD: Final = from_to(1, 5)
"""The number of an auxiliary load."""
STATE_SCRIPTS: Final = "0-0:10.0.103.255"
"""The scripts that switch loads and set levels."""
_LIMIT_SCRIPTS: Final = "0-0:10.0.107.255"

_LOADS: Final = range(1, 6)
_LEVEL: Final = from_to(0, 100)  # per cent


# -- names and scripts ------------------------------------------------------------------------------


def _description(load: int) -> str:
    return f"0-0:94.44.0.{10 + load}"


def identity(load: int) -> str:
    """The object that says which HCALCS switches a load, or that the meter does so itself."""
    return f"0-0:94.44.0.{20 + load}"


def _operational_data(load: int) -> str:
    return f"0-0:94.44.0.{30 + load}"


def _boosted(load: int) -> str:
    return f"0-0:94.44.6.{load}"


def _time(load: int, which: int) -> str:
    """A time that goes with a script: how long, or from when, or until when."""
    return f"0-0:94.44.{116 + load}.{which}"


_ACTIVATE: Final = 0x11
_DEACTIVATE: Final = 0x12
_RESET: Final = 0x20
_OUTPUT: Final = 0x1000
_INPUT: Final = 0x2000


def switch_script(load: int, what: int) -> int:
    """The script that does ``what`` with a load."""
    return load << 8 | what


def level_script(load: int, level: Element) -> int:
    """The script that sets a level: of what goes to the load or, where the request says so, comes from it."""
    direction = _INPUT if level.has("InputFromControlledLoad") else _OUTPUT
    return direction | switch_script(load, level.value_of("CommandedStateLevel", _LEVEL))


# -- descriptions and switches ----------------------------------------------------------------------


def _describe(request: Request, _known: Known) -> Parts:
    return tuple(_describe_one(entry) for entry in request.body.children_named("ALCSHCALCSDescription"))


def _describe_one(entry: Element) -> Part:
    name = _description(number_of(entry, "index", LOAD))
    return put(1, name, 2, Data(Tag.VISIBLE_STRING, entry.value_of("SwitchDescription", ASCII)))


def _run(scripts: str, script: int) -> Part:
    return act(9, scripts, 1, long_unsigned(script))


def _activate(request: Request, _known: Known) -> Parts:
    return _for_a_while(request, "ActivateALCSHCALCS", _ACTIVATE, 1)


def _deactivate(request: Request, _known: Known) -> Parts:
    return _for_a_while(request, "DeactivateALCSHCALCS", _DEACTIVATE, 2)


def _for_a_while(request: Request, name: str, what: int, time: int) -> Parts:
    load = number_of(request.body.child(name), "index", LOAD)
    duration = number(Tag.LONG_UNSIGNED, f"{name}/Duration")
    return put(1, _time(load, time), 2, duration), _run(STATE_SCRIPTS, switch_script(load, what))


def _reset(request: Request, _known: Known) -> Parts:
    load = number_of(request.body.child("ResetALCSHCALCS"), "index", LOAD)
    return (_run(STATE_SCRIPTS, switch_script(load, _RESET)),)


# -- controllers ------------------------------------------------------------------------------------


def _set_state(request: Request, _known: Known) -> Parts:
    return _set_level(request, STATE_SCRIPTS, 1, 2)


def _limit_level(request: Request, _known: Known) -> Parts:
    return _set_level(request, _LIMIT_SCRIPTS, 3, 4)


def _set_level(request: Request, scripts: str, start: int, end: int) -> Parts:
    load = number_of(request.body, "auxiliaryControllerN", LOAD)
    return (
        put(1, _time(load, start), 2, moment("StartDateTime")),
        put(1, _time(load, end), 2, moment("EndDateTime")),
        _run(scripts, level_script(load, request.body)),
    )


# -- the boost button -------------------------------------------------------------------------------


def _add(request: Request, _known: Known) -> Parts:
    return _boost(request, "AddToBoostButton", TRUE)


def _remove(request: Request, _known: Known) -> Parts:
    return _boost(request, "RemoveFromBoostButton", FALSE)


def _boost(request: Request, name: str, value: Data) -> Parts:
    """Set what the button does to the loads for which the request says true; leave the others be."""
    named = request.body.children_named(name)
    return tuple(
        put(1, _boosted(number_of(entry, "index", LOAD)), 2, value) for entry in named if _truth(entry)
    )


def _truth(entry: Element) -> bool:
    try:
        return BOOLEAN.read(entry.text)
    except InputError as error:
        raise XmlError(f"{entry.name}: {error}") from None


_NO_FALSE: Final = "samples of true for all five; that false leaves a load as it is is a guess"
_CONFIGURATION: Final = (get(11, "0-0:11.0.3.255", 2), get(10, "0-0:12.0.2.255", 2))
_DESCRIPTIONS: Final = tuple(get(1, _description(load), 2) for load in _LOADS)
_IDENTITIES: Final = tuple(get(1, identity(load), 2) for load in _LOADS)

ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS46a", "6.14.1", choose=_describe),
    dlms("ECS47", "7.5", choose=_activate, basis="one sample"),
    dlms("ECS47", "7.6", choose=_deactivate, basis="one sample"),
    dlms(
        "ECS61a",
        "7.7",
        *_DESCRIPTIONS,
        *_IDENTITIES,
        *_CONFIGURATION,
        *(get(70, f"0-{load}:96.3.10.255", 2) for load in _LOADS),
        basis="the form for a meter with all five loads",
    ),
    dlms("ECS47", "7.8", choose=_reset, basis="one sample"),
    dlms("ECS62", "7.9", choose=_add, basis=_NO_FALSE),
    dlms("ECS62", "7.10", choose=_remove, basis=_NO_FALSE),
    dlms(
        "ECS61c",
        "7.11",
        get(1, "0-0:94.44.7.255", 2),
        entries("0-0:99.98.20.255"),
        *(get(1, _boosted(load), 2) for load in _LOADS),
    ),
    dlms(
        "ECS38",
        "7.12",
        put(1, "0-0:94.44.0.1", 2, number(Tag.LONG_UNSIGNED, "RandomisedOffsetLimit")),
        basis="one sample",
    ),
    dlms(
        "ECS47a",
        "7.13",
        choose=_set_state,
        basis="samples of output; that input has the same objects for its times is a guess",
    ),
    dlms(
        "ECS61d",
        "7.14",
        *_DESCRIPTIONS,
        *_CONFIGURATION,
        originator=Originator.BROKER_FOR_USER,
        basis="one sample, for a User that the Device does not know",
    ),
    dlms(
        "ECS61e",
        "7.15",
        *_IDENTITIES,
        *(get(1, _operational_data(load), 2) for load in _LOADS),
    ),
    dlms(
        "ECS47e",
        "7.16",
        choose=_limit_level,
        basis="one sample, of input; that output has the same objects for its times is a guess",
    ),
)
