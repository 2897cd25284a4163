"""The protection of frames: what opens, and that nothing else does."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import BadMac, EncodeError, NoKey, Truncated
from doorstep.eui import Eui
from doorstep.zigbee import aps, nwk
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.security import MIC_SIZE, seal, unseal

KEY = bytes(range(16))
OTHER_KEY = bytes(range(1, 17))
PPMID = Eui.parse("D0-05-5E-00-00-00-00-A2")
HUB = Eui.parse("D0-05-5E-00-00-00-00-C0")


def network_frame(payload: bytes, counter: int = 1) -> nwk.Frame:
    header = Auxiliary.of(KeyId.NETWORK, counter, PPMID, 0)
    return nwk.Frame.of(nwk.FrameType.DATA, 0, 0x3C41, 1, payload, auxiliary=header)


def link_frame(payload: bytes) -> aps.Frame:
    """A frame whose sender is known to the receiver, and so is not in it."""
    return aps.Frame.data(1, 1, 0x0704, 0x0109, 1, payload, auxiliary=Auxiliary.of(KeyId.LINK, 1))


@given(st.binary(max_size=90), st.integers(0, 2**32 - 1))
def test_what_is_sealed_opens_again(payload: bytes, counter: int) -> None:
    frame = network_frame(payload, counter)
    sealed = seal(frame, KEY)
    assert len(sealed.payload) == len(payload) + MIC_SIZE
    assert unseal(nwk.Frame.from_bytes(sealed.to_bytes()), KEY) == frame


@given(st.binary(max_size=60))
def test_a_sender_may_be_known_otherwise(payload: bytes) -> None:
    frame = link_frame(payload)
    sealed = seal(frame, KEY, PPMID)
    assert unseal(sealed, KEY, PPMID) == frame
    with pytest.raises(BadMac):
        unseal(sealed, KEY, HUB)
    with pytest.raises(NoKey):
        unseal(sealed, KEY)
    with pytest.raises(NoKey):
        seal(frame, KEY)


@pytest.mark.parametrize("place", range(len(seal(network_frame(b"payload"), KEY).to_bytes())))
def test_no_octet_of_a_frame_can_be_changed(place: int) -> None:
    octets = bytearray(seal(network_frame(b"payload"), KEY).to_bytes())
    octets[place] ^= 0x40
    changed = nwk.Frame.from_bytes(bytes(octets))
    with pytest.raises((BadMac, NoKey)):
        unseal(changed, KEY)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BadMac, match="network key"):
        unseal(seal(network_frame(b"payload"), KEY), OTHER_KEY)


def test_the_level_on_the_air_does_not_matter() -> None:
    sealed = seal(network_frame(b"payload"), KEY)
    assert sealed.auxiliary is not None
    levelled = msgspec.structs.replace(sealed.auxiliary, control=sealed.auxiliary.control | 5)
    assert unseal(msgspec.structs.replace(sealed, auxiliary=levelled), KEY).payload == b"payload"


def test_frames_without_protection_are_neither_sealed_nor_opened() -> None:
    bare = nwk.Frame.of(nwk.FrameType.DATA, 0, 0x3C41, 1, b"payload")
    with pytest.raises(EncodeError):
        seal(bare, KEY)
    with pytest.raises(NoKey):
        unseal(bare, KEY)


def test_a_payload_without_a_mic_is_refused() -> None:
    with pytest.raises(Truncated):
        unseal(network_frame(b"abc"), KEY)


def test_the_name_of_the_key_is_in_the_header() -> None:
    for key in KeyId:
        assert Auxiliary.of(key, 1, PPMID, 0 if key is KeyId.NETWORK else None).key is key
    assert Auxiliary.of(KeyId.NETWORK, 1, PPMID, 0).control == 0x28
    assert Auxiliary.of(KeyId.LINK, 1, PPMID).control == 0x20
    assert Auxiliary.of(KeyId.LINK, 1).control == 0x00
    assert Auxiliary.of(KeyId.KEY_TRANSPORT, 1, PPMID).control == 0x30
    assert Auxiliary.of(KeyId.KEY_LOAD, 1, PPMID).control == 0x38


def test_keys_have_16_octets() -> None:
    for key in (b"", bytes(15), bytes(32)):
        with pytest.raises(EncodeError, match="16 octets"):
            seal(network_frame(b"payload"), key)
        with pytest.raises(EncodeError, match="16 octets"):
            unseal(seal(network_frame(b"payload"), KEY), key)


def test_what_cannot_be_sealed_is_refused() -> None:
    with pytest.raises(EncodeError, match="65535 can be sealed"):
        seal(network_frame(bytes(65_536)), KEY)
    with pytest.raises(EncodeError, match="frame counter"):
        seal(network_frame(b"", 2**32), KEY)
    with pytest.raises(EncodeError, match="source"):
        seal(link_frame(b""), KEY, Eui(b"short"))
