"""What somebody tries who holds a PPMID, its wifi or its cloud: the start of each such case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import structs

from doorstep import gbcs
from doorstep.bench.case import Case, place
from doorstep.bench.home import Home
from doorstep.bench.street import Street
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import DataNotification, invoke_id
from doorstep.gbcs.times import cosem_date_time
from doorstep.road.ppmid import events as ppmid_events
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters.tunneling import TUNNELING, TransferData
from doorstep.zigbee.zcl import Direction

__all__ = ["alter_a_byte", "foreign_alert", "foreign_response", "next_door", "replay", "retargeted"]

_CRITICAL_ALERT: Final = 0x1000
_UNAUTHORISED_ACCESS: Final = 0x8F3E


def _through_ppmid(street: Street, home: str, name: str, message: bytes) -> bytes:
    """Hand a message to a home's PPMID as its User would."""
    node = street.homes[home].relays[street.homes[home].ppmid]
    node.take(ppmid_events.Deliver(name, message))
    return message


def _through_tunnel(street: Street, home: Home, message: bytes) -> bytes:
    """Put a message on the PPMID's tunnel, past the PPMID's own checks: the PPMID itself is rogue."""
    command = TransferData(street.tunnel_of(home), message)
    frame = TUNNELING.frame(command, Direction.TO_SERVER, sequence=0xEE)
    home.send(Asdu(home.ppmid, home.gpf, 1, 3, TUNNELING.id, 0x0109, frame.to_bytes()))
    return message


def replay(street: Street, case: Case) -> bytes:
    """A Command that was executed is handed over once more."""
    return _through_ppmid(street, case.home, case.name, street.deliveries["enable-supply"].command)


def alter_a_byte(street: Street, case: Case) -> bytes:
    """Somebody on the HAN changes one bit of the last transfer's MAC; the hub cannot tell."""
    street.alter_next_command(case.home, lambda command: command[:-1] + bytes((command[-1] ^ 1,)))
    return place(street, case)


def foreign_response(street: Street, case: Case) -> bytes:
    """The meter's own Response, which the PPMID once relayed, comes back into the tunnel."""
    home = street.homes[case.home]
    return _through_tunnel(street, home, street.deliveries["enable-supply"].response)


def foreign_alert(street: Street, case: Case) -> bytes:
    """A tamper Alert in the meter's name, which the PPMID made up; its signature is of nobody."""
    home = street.homes[case.home]
    header = gbcs.GroupingHeader(gbcs.Cra.ALERT, 1, home.esme, street.plan.supplier, _CRITICAL_ALERT)
    stamp = Data(Tag.OCTET_STRING, cosem_date_time(street.world.now))
    body = Data(Tag.STRUCTURE, (Data(Tag.LONG_UNSIGNED, _UNAUTHORISED_ACCESS), stamp))
    alert = gbcs.build(header, DataNotification(invoke_id(1), body), signature=bytes(64))
    return _through_tunnel(street, home, bytes(alert))


def retargeted(device_type: str) -> Callable[[Street, Case], bytes]:
    """A Command of the street with another target in its header; the hub checks no MAC, only the rule."""

    def start(street: Street, case: Case) -> bytes:
        command = gbcs.decode(street.deliveries["enable-supply"].command)
        target = street.homes[case.home].plan.eui(device_type)
        header = structs.replace(command.header, business_target_id=target)
        message = gbcs.build(header, command.payload, signature=command.signature, mac=command.mac)
        return _through_ppmid(street, case.home, case.name, bytes(message))

    return start


def next_door(street: Street, case: Case) -> bytes:
    """A genuine Command for Ash's meter, handed to Birch's PPMID."""
    return _through_ppmid(street, case.home, case.name, street.deliveries["both-ways"].command)
