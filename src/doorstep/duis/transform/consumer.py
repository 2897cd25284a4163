"""Mapping rows of what the consumer sees and is protected by: SRV 3.1, 3.2, 3.4, 3.5 and 9.1."""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.transform.dlms import moment, octets, put, text
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, dlms
from doorstep.gbcs.payloads.axdr import Data

__all__ = ["ROWS"]


def _customer_identification(_request: Request, known: Known) -> Data:
    return octets(known.customer_identification_number.encode())


ROWS: Final[tuple[Mapping, ...]] = (
    dlms(
        "ECS10",
        "3.1",
        put(1, "0-2:96.13.1.255", 2, text("SupplierMessage")),
        basis="guess: the message is an octet-string, as the other texts for the consumer are",
    ),
    dlms("ECS12", "3.2", put(1, "0-0:94.44.3.2", 2, moment("RestrictionDateTime")), basis="one sample"),
    dlms(
        "ECS16",
        "3.4",
        put(9000, "0-0:96.13.0.255", 2, text("SupplierTelephoneNumber")),
        put(9000, "0-0:96.13.1.255", 2, text("SupplierName")),
        basis="one sample",
    ),
    dlms("ECS14", "3.5", put(1, "0-0:94.44.3.1", 2, octets(b""))),
    dlms(
        "ECS50",
        "9.1",
        put(1, "0-3:96.13.1.255", 2, _customer_identification),
        originator=Originator.BROKER_FOR_USER,
        basis="one sample; the number is the DCC's own",
    ),
)
