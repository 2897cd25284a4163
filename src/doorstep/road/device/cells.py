"""Trust anchor cells: which party holds which Remote Party Role towards this Device, and what that allows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.keys import Role
from doorstep.gbcs.usecases import Category, DeviceType, UseCase

__all__ = ["Cells", "may_send"]

# The Users that a Device of each type knows by their own certificates, by their User role in the use
# case rows. All other Users reach it through the Access Control Broker.
_KNOWN_USERS: Final[Mapping[DeviceType, Mapping[str, Role]]] = MappingProxyType(
    {
        DeviceType.ESME: MappingProxyType({"IS": Role.SUPPLIER, "ED": Role.NETWORK_OPERATOR}),
        DeviceType.GSME: MappingProxyType({"GS": Role.SUPPLIER, "GT": Role.NETWORK_OPERATOR}),
        DeviceType.GPF: MappingProxyType({"GS": Role.SUPPLIER, "GT": Role.NETWORK_OPERATOR}),
    }
)


class Cells(Struct, frozen=True):
    """The party in each cell; the certificates themselves are in the key store.

    A cell that is empty is left out. A Device has one cell a role, and one party may be in several.
    ``peers`` are the Devices of the home whose certificates a join has brought: the PPMIDs of a GSME.
    """

    parties: Mapping[Role, Eui]
    peers: frozenset[Eui] = frozenset()

    def party(self, role: Role) -> Eui | None:
        """Who holds ``role``, or None."""
        return self.parties.get(role)

    def roles(self, party: Eui) -> tuple[Role, ...]:
        """The roles that ``party`` holds: none for a stranger."""
        return tuple(role for role, holder in self.parties.items() if holder == party)


_REPLACES_CREDENTIALS: Final[Mapping[int, Role]] = MappingProxyType(
    {
        0x0100: Role.SUPPLIER,
        0x0101: Role.WAN_PROVIDER,
        0x0102: Role.SUPPLIER,
        0x0103: Role.NETWORK_OPERATOR,
        0x0104: Role.ACCESS_CONTROL_BROKER,
        0x0105: Role.WAN_PROVIDER,
        0x0106: Role.TRANSITIONAL_COS,
        0x0107: Role.TRANSITIONAL_COS,
        0x0108: Role.RECOVERY,
        0x0109: Role.RECOVERY,
    }
)
"""Who may send CS02b, by the Message Code of its mode: the row's Users are those of all modes together."""


def may_send(role: Role, row: UseCase, header: GroupingHeader, device_type: DeviceType) -> bool:
    """Whether a party in ``role`` may send this Command to a Device of this type.

    The supplier and the network operator may send what the use case's row lets their Users send. The
    Access Control Broker speaks for Users whom the Device does not know: for any, in a Command that is
    not critical and names the User; in a Critical Command only for those whom the row lists, but to a CHF,
    which knows no User, for any. What a PPMID says to a GSME is open to no role.
    """
    if row.category is Category.SME_C_PPMID_GSME:
        return False
    if row.name == "CS02a":
        return True  # Whoever is in a cell may ask what the cells hold.
    if row.code in _REPLACES_CREDENTIALS:
        return _REPLACES_CREDENTIALS[row.code] is role
    known = _KNOWN_USERS.get(device_type, {})
    if role is Role.ACCESS_CONTROL_BROKER:
        on_behalf = header.supplementary_remote_party_id is not None or row.name in _OF_ITS_OWN_ACCORD
        knows_nobody = device_type is DeviceType.CHF
        return on_behalf and (
            not row.critical or knows_nobody or any(user in _STRANGERS for user in row.roles)
        )
    return any(known.get(user) is role for user in row.roles)


_OF_ITS_OWN_ACCORD: Final = frozenset({"GCS59"})
"""What the Access Control Broker sends without naming a User: so the reference set has it."""

_STRANGERS: Final = frozenset({"ES", "OU", "RSA"})
"""Users whose certificates no meter holds: export supplier, other user, registered supplier agent."""
