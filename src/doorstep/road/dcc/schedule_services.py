"""The services by which a User has the DCC read a Device again and again: SRVs 5.1, 5.2 and 5.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from doorstep.duis import catalogue, codes
from doorstep.duis.element import Element, element
from doorstep.duis.simple_type import SimpleType, integer
from doorstep.errors import XmlError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.access import Denied, Refusal, Wanted, check_schedulable
from doorstep.road.dcc.book import Entries
from doorstep.road.dcc.inventory import Registry
from doorstep.road.dcc.outcome import Outcome
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.schedules import Schedule, Schedules, read_schedule

__all__ = ["ScheduleServices"]


class ScheduleServices:
    """The three services, by Service Reference Variant in ``rows``."""

    def __init__(self, schedules: Schedules, registry: Registry, policy: DccPolicy) -> None:
        self._schedules = schedules
        self._registry = registry
        self._policy = policy
        self.rows: dict[str, Callable[[Wanted, Instant], Outcome]] = {
            "5.1": self._create,
            "5.2": self._read,
            "5.3": self._delete,
        }

    def _create(self, wanted: Wanted, now: Instant) -> Outcome:
        """5.1: what may not be asked for once may not be scheduled."""
        user = wanted.request.request_id.originator
        schedule = read_schedule(user, wanted.request.body, now)
        device = self._registry.devices.get(schedule.device)
        if device is None:
            raise Refusal(codes.E19, f"{schedule.device} is not in the inventory")
        check_schedulable(wanted, catalogue.variant(schedule.srv), device)
        if len(self._schedules.of(device.eui, user)) >= self._policy.schedules_most:
            raise Denied(self._policy.status_overloaded, f"too many schedules for {device.eui}")
        number = self._schedules.next_number
        return Outcome(
            codes.I0,
            element("DSPScheduleID", str(number)),
            change=lambda: self._schedules.add(schedule),
            note=f"schedule {number} of {schedule.srv} made",
        )

    def _read(self, wanted: Wanted, now: Instant) -> Outcome:
        """5.2: one schedule of the User, or all that it has for a Device."""
        read = (
            element(
                "DSPSchedules",
                element("DSPScheduleID", str(number)),
                element("DSPScheduleDetails", *schedule.details.children),
            )
            for number, schedule in self._theirs(wanted)
        )
        return Outcome(codes.I0, element("DSPSchedulesRead", *read), note="schedules read")

    def _delete(self, wanted: Wanted, now: Instant) -> Outcome:
        """5.3: one schedule of the User, or all that it has for a Device."""
        numbers = [number for number, _schedule in self._theirs(wanted)]

        def change() -> Entries:
            return {name: data for number in numbers for name, data in self._schedules.remove(number).items()}

        return Outcome(codes.I99, change=change, note=f"schedules deleted: {len(numbers)}")

    def _theirs(self, wanted: Wanted) -> list[tuple[int, Schedule]]:
        """The User's schedules that a request is about: somebody else's are as good as none."""
        body, user = wanted.request.body, wanted.request.request_id.originator
        found = self._named(body, user)
        if not found:
            raise Refusal(self._policy.no_such_schedule, f"{user} has no such schedule")
        return found

    def _named(self, body: Element, user: Eui) -> list[tuple[int, Schedule]]:
        if body.has("DSPScheduleID"):
            number = body.value_of("DSPScheduleID", _NUMBER)
            schedule = self._schedules.find(number)
            return [(number, schedule)] if schedule is not None and schedule.user == user else []
        if not body.has("DeviceID"):
            raise XmlError(f"{body.name} has neither DSPScheduleID nor DeviceID")
        return self._schedules.of(body.value_of("DeviceID", SimpleType(Eui.parse, str)), user)


_NUMBER: Final = integer(0, 10**12)
