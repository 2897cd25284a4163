"""GBCS messages written octet by octet, with made-up payloads and MACs: a hub reads headers alone."""

from __future__ import annotations

from doorstep.eui import Eui

SUPPLIER = Eui.parse("90-B3-D5-1F-30-01-00-00")
CHF = Eui.parse("D0-05-5E-00-00-00-00-CF")
GPF = Eui.parse("D0-05-5E-00-00-00-00-C0")
PPMID = Eui.parse("D0-05-5E-00-00-00-00-A2")
GSME = Eui.parse("D0-05-5E-00-00-00-00-A3")
ESME = Eui.parse("D0-05-5E-00-00-00-00-A1")
HCALCS = Eui.parse("D0-05-5E-00-00-00-00-A5")
TYPE2 = Eui.parse("D0-05-5E-00-00-00-00-A7")
HHT = Eui.parse("D0-05-5E-00-00-00-00-B1")
STRANGER = Eui.parse("D0-05-5E-00-00-00-00-EE")

PCS02 = bytes.fromhex(
    "DD000000000000441100000000DF0901000000000000271108D0055E00000000A208D0055E00000000A300"
    "02009010010901010705000801000000000000020000112233445566778899AABB"
)
"""Activate Emergency Credit, from the PPMID to the GSME: the worked example of the ZigBee digest."""

ECS04B = 0x001D
"""Reset Meter Balance, a critical Command to an ESME."""
COMMAND, RESPONSE, ALERT = 1, 2, 3


def length(size: int) -> bytes:
    return bytes((size,)) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")


def message(
    cra: int, sender: Eui, target: Eui, counter: int = 1000, code: int = ECS04B, size: int | None = None
) -> bytes:
    """A message with a MAC; ``size`` is what it shall have in all, 200 or more, for those that mind."""
    payload = b"\xd9" * 20
    built = _built(cra, sender, target, counter, code, payload)
    if size is not None:
        payload = b"\xd9" * 200
        spare = size - len(_built(cra, sender, target, counter, code, payload))
        built = _built(cra, sender, target, counter, code, payload + b"\xd9" * spare)
        assert len(built) == size
    return built


def _built(cra: int, sender: Eui, target: Eui, counter: int, code: int, payload: bytes) -> bytes:
    grouped = b"".join(
        (
            b"\xdf\x09",
            bytes((cra,)),
            counter.to_bytes(8, "big"),
            b"\x08" + sender,
            b"\x08" + target,
            b"\x00",
            b"\x02" + code.to_bytes(2, "big"),
            length(len(payload)),
            payload,
        )
    )
    inner = b"\x11\x00\x00\x00\x00" + grouped + b"\x00" + b"\xaa" * 12
    return b"\xdd\x00\x00\x00\x00\x00\x00" + length(len(inner)) + inner


def command(target: Eui, counter: int = 1000, size: int | None = None) -> bytes:
    """A Remote Party Command of the supplier's."""
    return message(COMMAND, SUPPLIER, target, counter, size=size)


def response(device: Eui, counter: int = 1000) -> bytes:
    """A Device's Response to the supplier."""
    return message(RESPONSE, device, SUPPLIER, counter)


def alert(device: Eui, counter: int = 1) -> bytes:
    """A Device's Alert to the supplier."""
    return message(ALERT, device, SUPPLIER, counter, 0x1000)
