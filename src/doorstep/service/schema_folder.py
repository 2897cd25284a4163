"""The published DUIS schema, from a folder that the operator has: it is not doorstep's to ship.

Both sides may be given it. What comes in is held to it besides doorstep's own rules, and so is what goes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lxml import etree

from doorstep.duis import xml
from doorstep.errors import UsageError, XmlError

__all__ = ["PublishedSchema", "open_schema"]

_FILES: Final = "DUIS*.xsd"
_UNTOLD: Final = ("Element 'UTRN':", "Element 'InstallCode':")


class PublishedSchema:
    """The schema of Requests and Responses."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema

    def check(self, root: xml.Node) -> None:
        """Raise :class:`XmlError`, with what the schema misses and the line, unless the document is valid."""
        try:
            self._schema.assertValid(root)
        except etree.DocumentInvalid as error:
            said = str(error).replace(f"{{{xml.SR}}}", "")
            for element in _UNTOLD:
                if said.startswith(element):
                    # The schema repeats what was there, which is a secret, and errors come into logs.
                    said = f"{element} not what it allows"
            raise XmlError(f"not valid against the schema: {said[:300]}") from None

    def check_document(self, document: bytes) -> None:
        """The same of a document that is not parsed yet."""
        self.check(xml.parse(document))


def open_schema(folder: Path) -> PublishedSchema:
    """The schema in a folder, beside the schemas that it imports.

    Raises :class:`UsageError` where the folder does not hold one schema of DUIS that can be read.
    """
    found = sorted(folder.glob(_FILES))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise UsageError(f"{folder}: one schema {_FILES} is wanted, and found: {names}")
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    try:
        tree = etree.parse(found[0], parser)
        if tree.getroot().get("targetNamespace") != xml.SR:
            raise UsageError(f"{found[0]}: not a schema of DUIS")
        return PublishedSchema(etree.XMLSchema(tree))
    except (etree.LxmlError, OSError) as error:
        raise UsageError(f"{found[0]}: {str(error)[:300]}") from None
