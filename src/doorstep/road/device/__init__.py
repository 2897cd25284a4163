"""What any Device does with a Command: check it, count it, execute it, answer it.

Electricity meter, gas meter, hub and PPMID each own a :class:`Device` and a state of their own, and
share what is here::

    class HubState(DeviceState):
        entries: DeviceLog = ...                       # what this type of Device adds

    def execute(payload, state, occasion) -> Execution: ...   # one for each language it understands

    device = Device(eui, DeviceType.CHF, keys, {PayloadKind.DLMS: execute})
    outcome = process(command, state, device, now)
    outcome.event                                       # Executed, with its Response, or Rejected
    changes(state, outcome.state)                       # what to remember before the Response is sent

====================  ============================================================================
:mod:`.processing`    :class:`Device`, and :func:`process`: a Command's way through the others
:mod:`.checks`        what a Command must pass, in order, before anything is changed
:mod:`.cells`         which party holds which role, and what it may send
:mod:`.anchors`       certificates that Commands have brought, before those of the key store
:mod:`.credentials`   CS02a, CS02b: the parties in the cells are told and replaced ...
:mod:`.administration` ... as Commands of any Device, now or later
:mod:`.firmware`      CS06: the image that is held is activated
:mod:`.counters`      Execution Counters, and the windows of top-ups
:mod:`.execution`     the languages, and what an executor of one is given and gives
:mod:`.failure`       a component that is not carried out
:mod:`.objects`       COSEM objects: names, types, results, and components carried out in order
:mod:`.clusters`      ZCL clusters: attributes, and GBZ components carried out in order
:mod:`.confidential`  ... with what only the reader is to see hidden for it
:mod:`.answer`        the Response
:mod:`.alerts`        a Device's own Alerts
:mod:`.codes`         alert and event codes
:mod:`.events`        what a Device hears and says beside its messages
:mod:`.state`         what every Device must not forget ...
:mod:`.memory`        ... and as entries to remember
====================  ============================================================================
"""

from __future__ import annotations

from doorstep.road.device.alerts import alert, notification
from doorstep.road.device.cells import Cells
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.events import Executed, PoweredOn, Rejected
from doorstep.road.device.execution import LANGUAGES, Execution, Executor, Executors, Occasion
from doorstep.road.device.failure import Failure
from doorstep.road.device.memory import READERS, changes, remembered
from doorstep.road.device.processing import Device, Outcome, process
from doorstep.road.device.state import DeviceState

__all__ = [
    "LANGUAGES",
    "READERS",
    "AlertCode",
    "Cells",
    "Device",
    "DeviceState",
    "Executed",
    "Execution",
    "Executor",
    "Executors",
    "Failure",
    "Occasion",
    "Outcome",
    "PoweredOn",
    "Rejected",
    "alert",
    "changes",
    "notification",
    "process",
    "remembered",
]
