"""Messages of our own making: every kind, form and payload language, with keys that are here as well.

What needs messages and must not need the reference data starts from these: judges, fuzzing, the benchmark.
They stand for the language, not for any meter: what they say is plausible at best.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from doorstep import gbcs
from doorstep.duis import element, service_request
from doorstep.duis.request_id import RequestId
from doorstep.duis.transform import Known, transform
from doorstep.eui import Eui
from doorstep.gbcs.encrypted import ciphered
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing, KeyUsage, MemoryKeyStore, Role
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads import asn1, gbz
from doorstep.gbcs.payloads.axdr import BitString, CompactArray, Data, Tag, TypeDescription
from doorstep.gbcs.payloads.dlms import (
    AccessRequest,
    AccessResponse,
    AccessResult,
    Action,
    Component,
    DataNotification,
    Obis,
    invoke_id,
)
from doorstep.gbcs.payloads.gbz_alerts import Alert, FirmwareImage, FutureDatedOutcome
from doorstep.gbcs.protection import demanded, protect
from doorstep.gbcs.usecases import use_cases_named
from doorstep.zigbee.clusters.prepayment import (
    PREPAYMENT,
    ConsumerTopUp,
    GetDebtRepaymentLog,
    OriginatingDevice,
    SelectAvailableEmergencyCredit,
)
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import UINT8, UINT48
from doorstep.zigbee.zcl import (
    AttributeRecord,
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
)

__all__ = ["BROKER", "ESME", "GSME", "KEYS", "OTHER_USER", "PPMID", "SUPPLIER", "messages", "specimens"]

SUPPLIER: Final = Eui.parse("D0-05-5E-00-0F-00-00-02")
OTHER_USER: Final = Eui.parse("D0-05-5E-00-0F-00-00-03")
BROKER: Final = Eui.parse("D0-05-5E-00-0F-00-00-04")
ESME: Final = Eui.parse("D0-05-5E-01-00-01-00-E5")
GSME: Final = Eui.parse("D0-05-5E-01-00-01-00-65")
HUB: Final = Eui.parse("D0-05-5E-01-00-01-00-C4")
PPMID: Final = Eui.parse("D0-05-5E-01-00-01-00-D1")

_PARTIES: Final = (SUPPLIER, OTHER_USER, BROKER, ESME, GSME, HUB, PPMID)
_USAGES: Final = (KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT)
_NOT_SECRET: Final = 0xD005

KEYS: Final = KeyRing(
    MemoryKeyStore(
        private={
            (party, usage): ec.derive_private_key(_NOT_SECRET + 2 * number + at, ec.SECP256R1())
            for number, party in enumerate(_PARTIES)
            for at, usage in enumerate(_USAGES)
        },
        roles={BROKER: Role.ACCESS_CONTROL_BROKER, SUPPLIER: Role.SUPPLIER},
    )
)
"""Everybody's keys: two pairs each, from private numbers that anyone can read here."""

_COUNTER: Final = 0x300000000
_NULL: Final = Data(Tag.NULL_DATA)
_MOMENT: Final = bytes.fromhex("07EA0B17FF0E1400008000FF")
_WHEN: Final = "2026-11-23T14:20:00Z"
_SECONDS: Final = 848_758_800


@cache
def specimens() -> dict[str, bytes]:
    """The messages by name, as bytes."""
    return {name: bytes(message) for name, message in messages().items()}


@cache
def messages() -> dict[str, Message]:
    """The messages by name, as values."""
    return {**_forms(), **_dlms(), **_gbz(), **_asn1()}


# -- Commands from service requests, in every form ---------------------------------------------------


def _forms() -> dict[str, Message]:
    critical = {
        "ECS42": element("EnableSupply"),
        "ECS04b": element("UpdateMeterBalance", element("PrepaymentMode", element("ResetMeterBalance"))),
    }
    found = {}
    for counter, (name, body) in enumerate(critical.items(), _COUNTER):
        request = service_request(RequestId(SUPPLIER, ESME, counter), 4, body)
        pre_command = transform(request, Known(BROKER))
        signed = gbcs.sign(pre_command, KEYS)
        found[f"{name} Pre-Command"] = pre_command
        found[f"{name} Pre-Command of DCC Boxed"] = gbcs.build(
            pre_command.header, pre_command.payload, form=gbcs.Form.UNSIGNED_EMPTY
        )
        found[f"{name} Signed Pre-Command"] = signed
        found[f"{name} Command"] = gbcs.seal(signed, KEYS, author=BROKER)
    top_up = element("TopUpDevice", element("UTRN", "73946144332040217315"))
    request = service_request(RequestId(SUPPLIER, ESME, _COUNTER), 1, top_up)
    found["CS01a Command"] = gbcs.seal(transform(request, Known(BROKER)), KEYS, author=BROKER)
    return found


# -- DLMS COSEM ----------------------------------------------------------------------------------------


def _dlms() -> dict[str, Message]:
    balance, registers = Obis.parse("0-0:19.10.0.255"), Obis.parse("1-0:1.8.0.255")
    read = AccessRequest(
        invoke_id(_COUNTER),
        (
            Component(Action.GET, 112, balance, 2),
            Component(Action.GET_WITH_SELECTION, 7, registers, 2, selector=1, selection=_period()),
        ),
    )
    answer = AccessResponse(
        invoke_id(_COUNTER),
        (
            AccessResult(Action.GET, 0, Data(Tag.DOUBLE_LONG, -1250)),
            AccessResult(Action.GET, 0, _profile()),
            AccessResult(Action.ACTION, 250, _NULL),
        ),
    )
    done = AccessResponse(invoke_id(_COUNTER), (AccessResult(Action.ACTION, 0),))
    outcome = Data(
        Tag.STRUCTURE,
        (
            Data(Tag.LONG_UNSIGNED, 0x8F66),
            Data(Tag.OCTET_STRING, _MOMENT),
            Data(Tag.OCTET_STRING, bytes(19)),
        ),
    )
    of_user: dict[str, Any] = {
        "supplementary_remote_party_id": OTHER_USER,
        "supplementary_remote_party_counter": 2**63 - 1,
    }
    return {
        "ECS82 Command": _protected("ECS82", Cra.COMMAND, SUPPLIER, ESME, read),
        "ECS82 Command for a User through the broker": _protected(
            "ECS82", Cra.COMMAND, BROKER, ESME, read, **of_user, supplementary_certificate=bytes(range(200))
        ),
        "ECS82 Response": _protected("ECS82", Cra.RESPONSE, ESME, SUPPLIER, answer, date_time=_MOMENT),
        "ECS82 Response through the broker": _protected(
            "ECS82", Cra.RESPONSE, ESME, BROKER, answer, **of_user, supplementary_originator_counter=2**64 - 1
        ),
        "ECS42 Response": _protected("ECS42", Cra.RESPONSE, ESME, SUPPLIER, done),
        "Future dated outcome Alert, DLMS": _protected(
            0x00CC, Cra.ALERT, ESME, SUPPLIER, DataNotification(invoke_id(_COUNTER), outcome)
        ),
        "CS14 Alert": _protected(
            "CS14", Cra.ALERT, HUB, BROKER, DataNotification(invoke_id(_COUNTER), outcome)
        ),
    }


def _period() -> Data:
    """From when to when: the selection of a log's entries."""
    dates = (Data(Tag.OCTET_STRING, _MOMENT), Data(Tag.OCTET_STRING, _MOMENT))
    return Data(Tag.STRUCTURE, (*dates, Data(Tag.ARRAY, ())))


def _profile() -> Data:
    """A structure with one value of every shape, a compact array of two rows among them."""
    row = TypeDescription(
        Tag.STRUCTURE,
        2,
        (TypeDescription(Tag.OCTET_STRING), TypeDescription(Tag.DOUBLE_LONG_UNSIGNED)),
    )
    rows = tuple(
        Data(Tag.STRUCTURE, (Data(Tag.OCTET_STRING, _MOMENT), Data(Tag.DOUBLE_LONG_UNSIGNED, reading)))
        for reading in (1_000, 2_000)
    )
    plain = (
        Data(Tag.BOOLEAN, 0xFF),
        Data(Tag.BIT_STRING, BitString(3, b"\xe0")),
        Data(Tag.VISIBLE_STRING, b"doorstep"),
        Data(Tag.LONG64, -1),
        Data(Tag.LONG64_UNSIGNED, 2**64 - 1),
        Data(Tag.ENUM, 2),
        Data(Tag.ARRAY, (Data(Tag.UNSIGNED, 1), Data(Tag.UNSIGNED, 2))),
    )
    return Data(Tag.STRUCTURE, (*plain, Data(Tag.COMPACT_ARRAY, CompactArray(row, rows))))


# -- GBZ -----------------------------------------------------------------------------------------------


def _gbz() -> dict[str, Message]:
    cluster = PREPAYMENT.id
    ask = gbz.compose(
        (
            _frame(cluster, _general(ReadAttributes((0x0001, 0x0210)), 0)),
            _frame(cluster, _specific(GetDebtRepaymentLog(0, 10, 0), 1, 0x0A), from_date_time=_SECONDS),
        )
    )
    records = (
        AttributeRecord(0x0001, Status.SUCCESS, UINT8.id, 3),
        AttributeRecord(0x0210, Status.SUCCESS, UINT48.id, 1_000_000),
        AttributeRecord(0x0211, Status.UNSUPPORTED_ATTRIBUTE),
    )
    values = ReadAttributesResponse(records)
    answer = _frame(cluster, _general(values, 0, Direction.TO_CLIENT))
    header = _header("GCS13a", Cra.RESPONSE, GSME, SUPPLIER)
    secret = KEYS.shared_secret(GSME, SUPPLIER)
    assert secret is not None
    hidden = _frame(cluster, _general(values, 1, Direction.TO_CLIENT))
    encrypted = ciphered(hidden, header, secret, frame_counter=7)
    outcome = FutureDatedOutcome(0x006B, _COUNTER, 0x0707, 0x09, 0x00)
    select = SelectAvailableEmergencyCredit(0, OriginatingDevice.IN_HOME_DISPLAY)
    top_up = ConsumerTopUp(OriginatingDevice.ENERGY_SERVICE_INTERFACE, b"73946144332040217315")
    done = _general(DefaultResponse(0x00, Status.SUCCESS), 0, Direction.TO_CLIENT)
    return {
        "PCS02 Command": _protected(
            "PCS02", Cra.COMMAND, PPMID, GSME, gbz.compose([_frame(cluster, _specific(select, 0, 0x00))])
        ),
        "PCS02 Response": _protected(
            "PCS02", Cra.RESPONSE, GSME, PPMID, gbz.compose([_frame(cluster, done)])
        ),
        "CS01b Command": _protected(
            "CS01b", Cra.COMMAND, SUPPLIER, GSME, gbz.compose([_frame(cluster, _specific(top_up, 0, 0x04))])
        ),
        "GCS13a Command": _protected("GCS13a", Cra.COMMAND, SUPPLIER, GSME, ask),
        "GCS13a Response": _protected(
            "GCS13a", Cra.RESPONSE, GSME, SUPPLIER, gbz.compose([answer, encrypted]), date_time=_MOMENT
        ),
        "GCS53 Alert": _protected(
            "GCS53",
            Cra.ALERT,
            GSME,
            SUPPLIER,
            gbz.GbzPayload(gbz.compose([answer]).components, Alert(0x8F0A, _SECONDS)),
        ),
        "Future dated outcome Alert, GBZ": _protected(
            0x00CD, Cra.ALERT, GSME, SUPPLIER, gbz.GbzPayload(alert=Alert(0x8F66, _SECONDS, outcome))
        ),
        "Firmware receipt Alert, GBZ": _protected(
            0x00CF,
            Cra.ALERT,
            GSME,
            SUPPLIER,
            gbz.GbzPayload(alert=Alert(0x8F72, _SECONDS, FirmwareImage(bytes(range(32))))),
        ),
        "Alert of a gas meter": _protected(
            0x1001, Cra.ALERT, GSME, SUPPLIER, gbz.GbzPayload(alert=Alert(0x810E, _SECONDS))
        ),
    }


def _frame(cluster: int, frame: Frame, from_date_time: int | None = None) -> gbz.Component:
    return gbz.Component.of_frame(cluster, frame, from_date_time)


def _general(command: Layout, sequence: int, direction: Direction = Direction.TO_SERVER) -> Frame:
    return Frame.of_general(command, sequence=sequence, direction=direction)


def _specific(command: Layout, sequence: int, number: int) -> Frame:
    return Frame.of_cluster(number, command.to_bytes(), sequence=sequence, direction=Direction.TO_SERVER)


# -- ASN.1 ---------------------------------------------------------------------------------------------


def _asn1() -> dict[str, Message]:
    entries = [{"device_identifier": str(ESME), "device_type": "esme"}]
    cell = {"remote_party_role": "supplier", "key_usage": "digital_signature"}
    contents = {
        "key_usage": "key_agreement",
        "cell_usage": "pre_payment_top_up",
        "existing_subject_unique_id": SUPPLIER.hex(),
        "existing_subject_key_identifier": "0001020304050607",
    }
    join = {
        "join_method_and_role": "method_b",
        "other_device_entity_identifier": PPMID.hex(),
        "other_device_type": "ppmid",
    }
    activation = {
        "manufacturer_image_hash": bytes(range(32)).hex(),
        "originator_counter": 2**64 - 1,
        "execution_date_time": _WHEN,
    }
    outcome = {
        "alert_code": 0x8F66,
        "execution_date_time": _WHEN,
        "originator_counter": _COUNTER,
        "execution_outcome": {"activate_image_response_code": "success", "firmware_version": "00000001"},
    }
    details = [
        {"remote_party_role": "root", "status_code": "trust_anchor_not_found"},
        {
            "remote_party_role": "supplier",
            "status_code": "success",
            "current_seq_number": 2**63,
            "trust_anchor_cells_details": [contents],
        },
    ]
    required = {
        "authorising_remote_party_ta_cell_identifier": cell,
        "remote_party_roles_credentials_required": ["root", "supplier"],
    }
    log = {"read_log_response_code": "success", "device_log_entries": entries}
    return {
        "CS02a Command": _of_asn1("CS02a", Cra.COMMAND, SUPPLIER, ESME, required),
        "CS02a Response": _of_asn1("CS02a", Cra.RESPONSE, ESME, SUPPLIER, details),
        "CS03B Command": _of_asn1("CS03B", Cra.COMMAND, SUPPLIER, ESME, join),
        "CS03B Response": _of_asn1("CS03B", Cra.RESPONSE, ESME, SUPPLIER, "write_failure"),
        "CS06 Command": _of_asn1("CS06", Cra.COMMAND, SUPPLIER, ESME, activation),
        "CS06 Response": _of_asn1("CS06", Cra.RESPONSE, ESME, SUPPLIER, None),
        "CS07 Command": _of_asn1("CS07", Cra.COMMAND, SUPPLIER, GSME, None),
        "CS07 Response": _of_asn1("CS07", Cra.RESPONSE, GSME, SUPPLIER, log),
        "CS07 Response, its lengths not the shortest": _long_lengths(log),
        "CS02c Command": _of_asn1("CS02c", Cra.COMMAND, SUPPLIER, ESME, "key_agreement"),
        "Future dated firmware Alert": _of_asn1(0x00CA, Cra.ALERT, ESME, SUPPLIER, outcome),
    }


def _of_asn1(of: str | int, cra: Cra, sender: Eui, target: Eui, plain: Any) -> Message:
    return _protected(of, cra, sender, target, asn1.build(_code(of), cra, plain))


def _long_lengths(log: dict[str, Any]) -> Message:
    """A Response as some Devices write it, its first length in two octets where one would do."""
    shortest = asn1.build(_code("CS07"), Cra.RESPONSE, log).encode()
    payload = asn1.decode(shortest[:1] + b"\x81" + shortest[1:], _code("CS07"), Cra.RESPONSE)
    return _protected("CS07", Cra.RESPONSE, GSME, SUPPLIER, payload)


# -- what they have in common --------------------------------------------------------------------------


def _code(of: str | int) -> int:
    return of if isinstance(of, int) else use_cases_named(of)[0].code


def _header(of: str | int, cra: Cra, sender: Eui, target: Eui, **more: Any) -> GroupingHeader:
    return GroupingHeader(cra, _COUNTER, sender, target, _code(of), **more)


def _protected(
    of: str | int, cra: Cra, sender: Eui, target: Eui, payload: gbcs.Payload, **more: Any
) -> Message:
    """The message with the first of the protections that its use case has for this kind."""
    message = gbcs.build(_header(of, cra, sender, target, **more), payload)
    by_broker = cra is Cra.COMMAND and sender is not PPMID
    return protect(message, demanded(message)[0], KEYS, author=BROKER if by_broker else None)
