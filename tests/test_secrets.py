"""No value shows a secret that it holds, and no class with a field for one is forgotten here."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Final

import msgspec
import pytest

import doorstep
from doorstep.duis.bodies import BODIES, check
from doorstep.duis.element import Element, element
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs.utrn import Utrn, ValueClass
from doorstep.road.han.config import Admission, HanConfig, Network, Role
from doorstep.road.han.establishment import Agreed, Ephemeral
from doorstep.road.han.events import Permit
from doorstep.road.han.exchange import Step
from doorstep.road.han.membership import Membership
from doorstep.road.han.neighbours import Neighbour
from doorstep.road.han.secrets import DeviceSecrets, HubSecrets
from doorstep.road.hub.device_log import Entry
from doorstep.road.hub.events import HhtPresented
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, KeyedIn, Result
from doorstep.road.supplier.delivery import Delivery, Evidence, State
from doorstep.secret import Secret, repr_without
from doorstep.service.event_words import fields_of
from doorstep.zigbee.aps import KeyType, TransportKey
from doorstep.zigbee.clusters.device_management import RequestNewPasswordResponse
from doorstep.zigbee.clusters.prepayment import ConsumerTopUp, TopUp
from doorstep.zigbee.keys import install_code

EUI: Final = Eui.parse("D0-05-5E-01-00-01-00-E5")
UTRN: Final = Utrn(5, ValueClass.PENCE, 2025, 0x89ABCDEF)
DIGITS: Final = str(UTRN)
KEY: Final = b"SIXTEEN OF A KEY"
SEED: Final = KEY * 2
CODE: Final = install_code(KEY)
NOW: Final = 800_000_000

HOLDERS: Final = (
    Admission(EUI, KEY),
    Agreed(Secret(KEY), b"", b""),
    ConsumerTopUp(0, DIGITS.encode()),
    Delivery("one", EUI, "ppmid", "2.2", EUI, 1, State.WAITING, Evidence.ISSUED, 0, 0, utrn=DIGITS),
    DeviceSecrets(CODE, SEED),
    Entry(EUI, link_key=KEY, earlier_key=KEY, key_hash=KEY),
    Ephemeral(Secret(KEY), b""),
    HanConfig(eui=EUI, role=Role.ROUTER, seed=SEED, link_key=KEY),
    HhtPresented(EUI, KEY),
    HubSecrets(KEY, SEED, {EUI: KEY}),
    KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS),
    Membership(pan=1, extended_pan=EUI, short=0, key=Secret(KEY)),
    Neighbour(eui=EUI, link_key=Secret(KEY)),
    Network(1, EUI, KEY),
    Permit(EUI, KEY),
    RequestNewPasswordResponse(1, NOW, 1, 1, KEY),
    Result(KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS), True, "added"),
    Step(key=Secret(KEY)),
    TopUp(DIGITS.encode(), 1, NOW),
    TransportKey(KeyType.NETWORK, KEY, 0, EUI, EUI),
    UTRN,
)
KEPT: Final = {
    # As they are written down and read back; a class's own module is all that sees them.
    "_Admitted",
    "_Record",
    "_DeviceFile",
    "_HubFile",
}
OPEN: Final = {
    # Hashes, and what goes into the Commands of a recovery, which anybody on the way reads.
    ("HubLog", "link_keys"),
    ("Joined", "hashed_link_key"),
    ("AuthorisingRemotePartyControl", "plaintext_symmetric_key"),
    # What an SMKI search asks for.
    ("Asked", "key"),
}
SECRET_NAMES: Final = re.compile(
    r"key|(.*_)?(link|network|symmetric|install)_keys?|seed|digits|utrn|install_code|password|top_up_code"
)

_OTHER: Final = ("int", "Enum8", "U8", "KeyRing", "MessageKey", "PrivateKey", "PublicKey")


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_a_value_does_not_show_its_secret(holder: msgspec.Struct) -> None:
    for shown in (repr(holder), str([holder]), f"{holder!r}"):
        assert DIGITS not in shown
        assert KEY.decode() not in shown
        assert KEY.hex() not in shown.lower()
        assert str(UTRN.mac) not in shown


def test_no_class_with_a_secret_is_forgotten() -> None:
    seen = {type(holder).__name__ for holder in HOLDERS} | KEPT
    secret = {
        (kind.__name__, name)
        for kind in structs()
        if kind.__name__ not in seen
        for name in text_fields(kind)
        if SECRET_NAMES.fullmatch(name)
    }
    assert secret == OPEN


def structs() -> Iterator[type[msgspec.Struct]]:
    """Every Struct of the package."""
    for module in pkgutil.walk_packages(doorstep.__path__, "doorstep."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting: list[type[msgspec.Struct]] = [msgspec.Struct]
    found = set()
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind not in found:
                found.add(kind)
                waiting.append(kind)
    return (kind for kind in found if kind.__module__.startswith("doorstep."))


def text_fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    """The names of the fields that may hold octets or text, by their types as they are written."""
    for owner in kind.__mro__:
        for name, wanted in getattr(owner, "__annotations__", {}).items():
            # Numbers, and objects whose own repr says nothing.
            other = str(wanted).startswith(_OTHER)
            if name in kind.__struct_fields__ and not other:
                yield name


def test_what_is_remembered_does_not_show_it_either() -> None:
    from doorstep.road.han import membership, neighbours, trust_centre
    from doorstep.road.hub import device_log

    written = (
        membership._Record(1, bytes(EUI), 0, bytes(EUI), KEY, 0),
        neighbours._Record(1, 0, KEY, 0, 0, 0),
        trust_centre._Admitted(bytes(EUI), KEY, None),
        device_log._Record(((bytes(EUI), None, KEY, KEY, True, False, KEY),), ()),
    )
    for record in written:
        assert KEY.decode() not in repr(record)
        assert "secret" in repr(record)


def test_what_is_no_secret_is_shown_as_ever() -> None:
    value = Admission(EUI, KEY, until=7)
    assert repr_without(value) == f"Admission(eui={EUI!r}, link_key=<16 secret octets>, until=7)"
    assert repr(KeyedIn(Action.ENABLE_SUPPLY, Fuel.GAS)).endswith("digits='')")
    assert repr(KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS)).endswith("digits=<20 secret>)")
    assert repr(UTRN) == "<a UTRN of 2025 pence>"


def test_a_log_says_what_was_keyed_in_without_its_digits() -> None:
    keyed = KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS)
    assert fields_of(keyed) == {"action": "top-up", "fuel": "gas"}
    assert fields_of(Result(keyed, False, "refused"))["words"] == "refused"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (element("TopUpDevice", element("UTRN", f"{DIGITS}1")), "UTRN"),
        (
            element(
                "UpdateHANDeviceLog",
                element("DeviceID", str(EUI)),
                element("RequestType", "Add"),
                element(
                    "AddDeviceToCHFWhitelist",
                    element("JoinTimePeriod", "60"),
                    element("InstallCode", f"{DIGITS}Z"),
                ),
            ),
            "InstallCode",
        ),
    ],
)
def test_what_is_wrong_with_a_request_is_said_without_its_secret(wrong: Element, what: str) -> None:
    with pytest.raises(DoorstepError, match=what) as refused:
        check(wrong, BODIES[wrong.name])
    assert DIGITS[:8] not in str(refused.value)
    assert "text of 21 characters" in str(refused.value)
