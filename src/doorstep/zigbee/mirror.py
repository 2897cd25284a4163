"""The mirror of a gas meter in the Communications Hub: between which endpoints, and what is said.

A GSME sleeps, so the hub answers for it, from what the GSME reports each time that it wakes::

    GSME, 1  ─ RequestMirror ───────────────────────►  hub, 1    Metering, server to client
             ◄─ RequestMirrorResponse(endpoint 2) ───
             ─ ConfigureMirror ─────────────────────►  hub, 2
             ─ Report Attributes, the last FFFE = 1 ─►           at every wake
             ◄─ MirrorReportAttributeResponse(flags) ─           in place of a Default Response

Among the flags is *tunnel message pending*: the GSME then fetches what waits for it
(:mod:`doorstep.zigbee.gsme`). No public document fixes the endpoints; these are one stack's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from doorstep.zigbee.clusters.cluster import Cluster
from doorstep.zigbee.clusters.metering import METERING
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import AttributeReport, Direction, Frame, ReportAttributes

__all__ = ["ENERGY_SERVICES", "MIRROR", "REPORT_COMPLETE", "report"]

ENERGY_SERVICES: Final = 1
"""The hub's endpoint that is asked for a mirror."""
MIRROR: Final = 2
"""The hub's endpoint that mirrors a gas meter."""

_REPORTING_STATUS: Final = 0xFFFE
REPORT_COMPLETE: Final = 1
"""The attribute FFFE at the end of a report: there is no more of it."""


def report(cluster: Cluster, values: Iterable[tuple[int, Value]], *, sequence: int) -> Frame:
    """The frame that reports attributes of a gas meter's cluster, with the mark that it is complete.

    Only Metering has that mark; its report is therefore the last of several.
    """
    rows = tuple(values)
    if cluster is METERING:
        rows += ((_REPORTING_STATUS, REPORT_COMPLETE),)
    records = []
    for identifier, value in rows:
        row = cluster.attribute(identifier)
        assert row is not None, f"{cluster.name} has no attribute 0x{identifier:04X}"
        records.append(AttributeReport(identifier, row.type.id, value))
    return Frame.of_general(
        ReportAttributes(tuple(records)), sequence=sequence, direction=Direction.TO_CLIENT
    )
