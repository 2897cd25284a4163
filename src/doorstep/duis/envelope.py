"""What a Request and a Response have in common: a schema version, a Header, a Body, and the service named."""

from __future__ import annotations

from typing import Any, Final

from doorstep.duis import catalogue, leaf, writing, xml
from doorstep.duis.leaf import Leaf, Leaves
from doorstep.duis.simple_type import matching, one_of
from doorstep.duis.writing import Canonical, tag
from doorstep.errors import EncodeError, InputError, XmlError

__all__ = ["REFERENCES", "SCHEMA_VERSION", "SIGNATURE", "check", "check_reference", "read", "write"]

SCHEMA_VERSION: Final = "5.4"
"""The schema version that doorstep writes; it reads any."""
SIGNATURE: Final = f"{{{xml.DS}}}Signature"
"""The name of the signature, which may follow the Body."""

_PARTS: Final = [xml.qualified("Header"), xml.qualified("Body")]
_VARIANTS: Final = catalogue.VARIANTS
REFERENCES: Final[Leaves] = (
    Leaf(
        "ServiceReference",
        "service_reference",
        one_of({row.service_reference for row in _VARIANTS.values()}, "a Service Reference"),
    ),
    Leaf(
        "ServiceReferenceVariant",
        "service_reference_variant",
        one_of(_VARIANTS, "a Service Reference Variant"),
    ),
)
"""How a document names the service that it is about."""

_SCHEMA_VERSION: Final = matching(r"[0-9]{1,4}(\.[0-9]{1,4})?", "a schema version such as 5.4")


def read(document: bytes | xml.Node, name: str, header: Leaves) -> tuple[dict[str, Any], xml.Node]:
    """The fields of the root and its Header, and the one element in the Body.

    A signature is passed over, not checked. Raises :class:`XmlError` where the document is not of that form.
    """
    root = xml.parse(document) if isinstance(document, bytes) else document
    if root.tag != xml.qualified(name):
        raise XmlError(f"{xml.place(root)}: the document is not a {name}")
    if [child.tag for child in root] not in (_PARTS, [*_PARTS, SIGNATURE]):
        raise XmlError(f"{xml.place(root)}: a Header, a Body and at most a Signature are wanted")
    fields, rest = leaf.read(root[0], header)
    if rest:
        raise XmlError(f"{xml.place(rest[0])}: the element is out of place")
    if len(root[1]) != 1:
        raise XmlError(f"{xml.place(root[1])}: one element is wanted, not {len(root[1])}")
    try:
        fields["schema_version"] = _SCHEMA_VERSION.read(root.get("schemaVersion", ""))
    except InputError as error:
        raise XmlError(f"{xml.place(root)}: schemaVersion: {error}") from None
    return fields, root[1][0]


def write(name: str, header: Leaves, value: Any, body: str) -> Canonical:
    """A document with a value's Header, and a Body of what is written already."""
    content = tag("Header", leaf.write(header, value)) + tag("Body", body)
    return writing.document(name, value.schema_version, content)


def check_reference(reference: str, variant: str) -> None:
    """Raise :class:`EncodeError` unless the Service Reference is that of the Variant."""
    wanted = catalogue.variant(variant).service_reference
    if reference != wanted:
        raise EncodeError("ServiceReference", f"{variant} is a variant of {wanted}, not of {reference}")


def check(header: Leaves, value: Any) -> None:
    """Raise :class:`EncodeError` where a value's schema version or a field of its Header has no text."""
    try:
        _SCHEMA_VERSION.render(value.schema_version)
    except InputError as error:
        raise EncodeError("schemaVersion", str(error)) from None
    leaf.check(header, value)
