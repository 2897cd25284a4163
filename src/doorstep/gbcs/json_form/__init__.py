"""A GBCS message as JSON, for other programs and for hands that edit: everything, and back to the same bytes.

::

    plain = to_json(gbcs.decode(data))      # dictionaries, lists, text, numbers: for any JSON writer
    bytes(from_json(plain)) == data         # always

One object a message. Keys are the standard's field names in snake_case; what a message does not have is
left out. Bytes are hex digits and times ISO 8601; Entity Identifiers are ``00-DB-12-34-56-78-90-A0``, and
numbers that people know in hexadecimal are ``0x0069``. ``use_case``, ``title`` and ``alert_code`` are for
reading; whoever leaves them out on the way back loses nothing, and where they contradict the message it is
refused. ``decrypted`` is there where the message was written with a payload that keys have opened.
``payload`` has one member, which is named for its kind:

======================  =========================================================
``access_request``      DLMS, see :mod:`.dlms`; COSEM data as in :mod:`.cosem`
``access_response``     likewise
``data_notification``   likewise
``gbz``                 ZCL commands, see :mod:`.gbz` and :mod:`.layouts`
``asn1``                the type's name and its components by name
``unparsed``            the bytes of a payload that no rule reads
======================  =========================================================

Whatever bytes are not understood stand under a key ``unparsed``, wherever they are.
"""

from __future__ import annotations

from doorstep.gbcs.json_form.message import from_json, header_to_json, to_json

__all__ = ["from_json", "header_to_json", "to_json"]
