"""Mapping rows of joining Devices, and of the logs that say who is joined: SRV 8.7.1 to 8.9, and 8.12.2.

How two Devices are joined follows from what they are. A PPMID does not know the User, so that the broker
speaks to it, and signs what is critical in the User's place.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.transform.asn1 import Value, asn1, nothing
from doorstep.duis.transform.dlms import EUI
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, lacks, other_device, other_id
from doorstep.errors import Unsupported
from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1 import Certificate, names
from doorstep.gbcs.payloads.asn1.devices import DeviceLogEntry, DeviceLogRestore, Join
from doorstep.gbcs.payloads.asn1.names import JoinMethodAndRole
from doorstep.gbcs.usecases import DeviceType

__all__ = ["LOG_NUMBERS", "ROWS"]

LOG_NUMBERS: Final = {
    DeviceType.GSME: names.DeviceType.GSME,
    DeviceType.ESME: names.DeviceType.ESME,
    DeviceType.CHF: names.DeviceType.CHF,
    DeviceType.GPF: names.DeviceType.GPF,
    DeviceType.HCALCS: names.DeviceType.HCALCS,
    DeviceType.PPMID: names.DeviceType.PPMID,
    DeviceType.TYPE2: names.DeviceType.TYPE_2,
}
"""The kinds of Device by their numbers in a Device Log."""

# -- joining ----------------------------------------------------------------------------------------


def _join(method: JoinMethodAndRole, other: DeviceType) -> Value:
    def value(request: Request, _known: Known, _counter: int) -> Join:
        return Join(method, other_id(request), LOG_NUMBERS[other])

    return value


def _join_with_certificate(method: JoinMethodAndRole, other: DeviceType) -> Value:
    """The other Device's certificate goes along, so that the two can check each other's messages."""

    def value(request: Request, known: Known, _counter: int) -> Join:
        name, certificate = other_id(request), other_device(request, known).certificate
        if not certificate:
            raise Unsupported(f"the Key Agreement certificate of {name} is not known, which has to go along")
        return Join(method, name, LOG_NUMBERS[other], Certificate(certificate))

    return value


def _joined(
    name: str,
    variant: str,
    device: DeviceType,
    method: JoinMethodAndRole,
    *others: DeviceType,
    certificate: bool = False,
    originator: Originator = Originator.USER,
    basis: str = "",
) -> tuple[Mapping, ...]:
    """The rows for a Device that is to be joined with one of ``others``: the first where it is not known."""
    value = _join_with_certificate if certificate else _join
    return tuple(
        row
        for other in others
        for row in asn1(
            name,
            variant,
            value(method, other),
            devices=(device,),
            originator=originator,
            other=other,
            basis=basis,
        )
    )


_CERTIFICATE_HELD: Final = "one sample; the certificate is one that the DCC holds"
_TYPE_2: Final = "guess: the method is what the sources say for Type 2, no sample"

_JOINS: Final = (
    *_joined(
        "CS03A1",
        "8.7.1",
        DeviceType.ESME,
        JoinMethodAndRole.METHOD_A_INITIATOR,
        DeviceType.HCALCS,
        DeviceType.PPMID,
        basis="a sample of each; the one for a PPMID is without its request",
    ),
    *_joined(
        "CS03A2",
        "8.7.1",
        DeviceType.HCALCS,
        JoinMethodAndRole.METHOD_A_RESPONDER,
        DeviceType.ESME,
        basis="one sample",
    ),
    *_joined(
        "CS03C",
        "8.7.1",
        DeviceType.GSME,
        JoinMethodAndRole.METHOD_C,
        DeviceType.PPMID,
        certificate=True,
        basis=_CERTIFICATE_HELD,
    ),
    *_joined(
        "CS03A2",
        "8.7.2",
        DeviceType.PPMID,
        JoinMethodAndRole.METHOD_A_RESPONDER,
        DeviceType.ESME,
        originator=Originator.BROKER_FOR_USER,
        basis="one sample",
    ),
    *_joined(
        "CS03C",
        "8.7.2",
        DeviceType.PPMID,
        JoinMethodAndRole.METHOD_C,
        DeviceType.GSME,
        certificate=True,
        originator=Originator.BROKER_FOR_USER,
        basis=_CERTIFICATE_HELD,
    ),
    *_joined(
        "CS03B",
        "8.7.2",
        DeviceType.GSME,
        JoinMethodAndRole.METHOD_B,
        DeviceType.GPF,
        basis="one sample",
    ),
    *_joined("CS03B", "8.7.2", DeviceType.ESME, JoinMethodAndRole.METHOD_B, DeviceType.TYPE2, basis=_TYPE_2),
    *_joined("CS03B", "8.7.2", DeviceType.GPF, JoinMethodAndRole.METHOD_B, DeviceType.TYPE2, basis=_TYPE_2),
)

# -- unjoining, reading and restoring ---------------------------------------------------------------


def _unjoin(request: Request, _known: Known, _counter: int) -> Eui:
    return other_id(request)


def _log(request: Request, known: Known, _counter: int) -> DeviceLogRestore:
    old = request.body.value_of("OldGPFID", EUI)
    entries = known.gpf_logs.get(old)
    if entries is None:
        raise Unsupported(f"what was in the Device Log of {old} is not known")
    return DeviceLogRestore(tuple(_entry(device, kind) for device, kind in entries))


def _entry(device: Eui, kind: DeviceType) -> DeviceLogEntry:
    if kind not in LOG_NUMBERS:
        raise Unsupported(f"{device} is a {kind.value}, for which a Device Log has no number")
    return DeviceLogEntry(device, LOG_NUMBERS[kind])


_UNJOINS: Final = (
    *asn1(
        "CS04AC",
        "8.8.1",
        _unjoin,
        devices=(DeviceType.ESME, DeviceType.GSME, DeviceType.HCALCS),
        basis="one sample, for an ESME",
    ),
    *asn1(
        "CS04AC",
        "8.8.2",
        _unjoin,
        devices=(DeviceType.PPMID,),
        originator=Originator.BROKER_FOR_USER,
        basis="one sample",
    ),
    *asn1(
        "CS04B",
        "8.8.2",
        _unjoin,
        devices=(DeviceType.GSME, DeviceType.ESME, DeviceType.GPF),
        basis="the type of its payload; the only sample of its name is a CS04AC",
    ),
)

ROWS: Final[tuple[Mapping, ...]] = (
    *_JOINS,
    *_UNJOINS,
    *asn1(
        "CS07",
        "8.9",
        nothing,
        devices=(DeviceType.GSME, DeviceType.ESME, DeviceType.GPF),
        when=lacks("ReadSecurityDetails"),
        basis="samples for a GSME",
    ),
    *asn1(
        "CS07",
        "8.9",
        nothing,
        devices=(DeviceType.PPMID, DeviceType.HCALCS),
        when=lacks("ReadSecurityDetails"),
        originator=Originator.BROKER_FOR_USER,
        basis="guess: the broker as for other Commands to a PPMID",
    ),
    *asn1(
        "GCS59",
        "8.12.2",
        _log,
        devices=(DeviceType.GPF,),
        basis="one sample, asked for by the broker; the log is one that the DCC has kept",
    ),
)
