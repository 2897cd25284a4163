"""The published schema as the judge of every document that doorstep makes in a test."""

from __future__ import annotations

import functools
import os

from doorstep.errors import XmlError
from doorstep.service.schema_folder import PublishedSchema, open_schema
from tests.reference import ROOT, available, shared


def valid(document: bytes) -> bytes:
    """The same document, which has to be valid against the schema where that is at hand, as it is in CI."""
    schema = _schema()
    if schema is not None:
        try:
            schema.check_document(document)
        except XmlError as error:
            raise AssertionError(f"{error}\n{document.decode()}") from None
    return document


def schema_options() -> tuple[str, ...]:
    """The options with which a process holds its own documents to the schema."""
    return ("--schema", str(ROOT / "schema")) if _schema() is not None else ()


@functools.cache
def _schema() -> PublishedSchema | None:
    return open_schema(shared("schema")) if available() or os.environ.get("CI") else None
