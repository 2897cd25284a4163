"""GBCS: the messages that parties and Devices exchange, as a language of its own.

::

    from doorstep import gbcs

    message = gbcs.decode(data)         # a Message: header, payload, signature, mac
    bytes(message) == data              # always
    message.use_case.name               # "ECS04b"
    gbcs.verify(message, keys)          # a Proof, or BadMac / BadSignature

The parts, in the order in which a message is read: :mod:`~doorstep.gbcs.header`,
:mod:`~doorstep.gbcs.message`, :mod:`~doorstep.gbcs.payloads`, :mod:`~doorstep.gbcs.protection`,
:mod:`~doorstep.gbcs.utrn`; the use cases are rows in :mod:`~doorstep.gbcs.usecases`.
"""

from __future__ import annotations

from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import Holding, KeyRing, KeyStore, KeyUsage, MemoryKeyStore, Role
from doorstep.gbcs.message import Form, Message, build, decode, peek
from doorstep.gbcs.payloads import Payload, Unparsed, decode_payload, encode_payload
from doorstep.gbcs.protection import (
    Proof,
    Verdict,
    as_command,
    decrypt,
    encrypt,
    judge,
    seal,
    sign,
    verify,
)
from doorstep.gbcs.usecases import USE_CASES, UseCase, use_case, use_cases_named

__all__ = [
    "USE_CASES",
    "Cra",
    "Form",
    "GroupingHeader",
    "Holding",
    "KeyRing",
    "KeyStore",
    "KeyUsage",
    "MemoryKeyStore",
    "Message",
    "Payload",
    "Proof",
    "Role",
    "Unparsed",
    "UseCase",
    "Verdict",
    "as_command",
    "build",
    "decode",
    "decode_payload",
    "decrypt",
    "encode_payload",
    "encrypt",
    "judge",
    "peek",
    "seal",
    "sign",
    "use_case",
    "use_cases_named",
    "verify",
]
