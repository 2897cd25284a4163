"""Messaging 0x0703: words for the display in the home."""

from __future__ import annotations

from typing import Final

from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.fields import U16, U32, Bitmap8, CharacterString, OctetString, Utc
from doorstep.zigbee.layout import Layout

__all__ = [
    "MESSAGING",
    "UNTIL_CHANGED",
    "DisplayMessage",
    "CancelMessage",
    "CancelAllMessages",
    "GetLastMessage",
    "MessageConfirmation",
    "MessageReply",
    "GetMessageCancellation",
]

UNTIL_CHANGED: Final = 0xFFFF
"""The duration of a message that stays until another takes its place."""


class DisplayMessage(Command, frozen=True):
    """Show a message, from a time on, for ``duration`` minutes.

    Control: bits 0 and 1 how it travels, 2 and 3 its importance, 5 enhanced confirmation, 7 confirmation.
    """

    message_id: U32
    control: Bitmap8
    start_time: Utc
    duration: U16
    message: CharacterString
    extended_control: Bitmap8 | None = None


class CancelMessage(Command, frozen=True):
    """Show a message no longer."""

    message_id: U32
    control: Bitmap8


class CancelAllMessages(Command, frozen=True):
    """Show no message, from a time on."""

    implementation_time: Utc


class GetLastMessage(Command, frozen=True):
    """Ask for the message in force."""


class MessageReply(Layout, frozen=True):
    """What the person who read a message has answered."""

    control: Bitmap8
    response: OctetString


class MessageConfirmation(Command, frozen=True):
    """Someone has read a message."""

    message_id: U32
    confirmation_time: Utc
    reply: MessageReply | None = None


class GetMessageCancellation(Command, frozen=True):
    """Ask for the cancellation that is in force."""

    earliest_implementation_time: Utc


MESSAGING: Final = Cluster(
    0x0703,
    "Messaging",
    to_server={
        0x00: GetLastMessage,
        0x01: MessageConfirmation,
        0x02: GetMessageCancellation,
    },
    to_client={
        0x00: DisplayMessage,
        0x01: CancelMessage,
        0x03: CancelAllMessages,
    },
)
