"""The one form that an XML signature of DUIS has, written and recognised (``duis.md`` section 3).

Four values are all that differs between two signatures. :data:`_FORM` is the rest, in exclusive canonical
XML: writing fills the values in, and reading takes them out of a signature that is this to the last byte, so
that no part of one goes unread. Which prefix stands for its namespace is for the sender to choose.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from doorstep.duis import xml
from doorstep.duis.element import Element
from doorstep.duis.writing import escaped, unescaped
from doorstep.errors import BadSignature

__all__ = ["Values", "read", "signed_info", "written"]


class Values(NamedTuple):
    """The texts of DigestValue, SignatureValue, X509IssuerName and X509SerialNumber."""

    digest: str
    value: str
    issuer_name: str
    serial: str


_INFO: Final = (
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"></ds:SignatureMethod>'
    '<ds:Reference URI=""><ds:Transforms>'
    '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>'
    "</ds:Transforms>"
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
    "<ds:DigestValue>{0}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
)
_NAMESPACE: Final = f'="{xml.DS}">'
_FORM: Final = (
    f"<ds:Signature xmlns:ds{_NAMESPACE}<ds:SignedInfo>{_INFO}"
    "<ds:SignatureValue>{1}</ds:SignatureValue>"
    "<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{2}</ds:X509IssuerName>"
    "<ds:X509SerialNumber>{3}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data></ds:KeyInfo>"
    "</ds:Signature>"
)


def _pattern() -> re.Pattern[str]:
    """The form with any prefix, or none, in place of the usual one, and anything in place of its values."""
    text = re.escape(_FORM).replace("<ds:Signature\\ xmlns:ds=", "<{start}=", 1)
    text = text.replace(re.escape(_INFO), f"(?P<info>{re.escape(_INFO)})")
    text = text.replace("ds:", "(?P=front)")
    for place, name in enumerate(Values._fields):
        text = text.replace(rf"\{{{place}\}}", f"(?P<{name}>[^<]*)")
    start = r"(?P<front>(?:(?P<prefix>[^:<> ]+):)?)Signature xmlns(?(prefix):(?P=prefix))"
    return re.compile(text.replace("{start}", start))


_PATTERN: Final = _pattern()
_WANTED: Final = Element.from_xml(xml.parse(_FORM.encode()))
_VALUES: Final = tuple(
    f"{{{xml.DS}}}{name}" for name in ("DigestValue", "SignatureValue", "X509IssuerName", "X509SerialNumber")
)


def written(values: Values) -> str:
    """The signature with these values, in exclusive canonical form."""
    return _FORM.format(*map(escaped, values))


def signed_info(digest: str) -> bytes:
    """SignedInfo of the signature that :func:`written` makes: what the value of a signature is over."""
    return f"<ds:SignedInfo xmlns:ds{_NAMESPACE}{_INFO.format(escaped(digest))}".encode()


def read(signature: xml.Node) -> tuple[Values, bytes]:
    """The values of a signature, and its SignedInfo in exclusive canonical form.

    Raises :class:`BadSignature`, which names the place, for a signature that is not of the form.
    """
    found = _PATTERN.fullmatch(xml.canonical(signature, exclusive=True).decode())
    if found is None:
        _expect(Element.from_xml(signature), _WANTED, "Signature")
        raise BadSignature("Signature holds more than one prefix of its namespace")
    values = Values(*map(unescaped, found.group(*Values._fields)))
    prefix = f":{found['prefix']}" if found["prefix"] else ""
    return values, f"<{found['front']}SignedInfo xmlns{prefix}{_NAMESPACE}{found['info']}".encode()


def _expect(found: Element, wanted: Element, path: str) -> None:
    """Raise :class:`BadSignature` at the first place where an element is not what it has to be."""
    if found.attributes != wanted.attributes:
        raise BadSignature(f"{path} has attributes {found.attributes}; it has to have {wanted.attributes}")
    names, wanted_names = (tuple(child.name for child in each.children) for each in (found, wanted))
    if names != wanted_names:
        raise BadSignature(f"{path} holds {_listed(names)}; it has to hold {_listed(wanted_names)}")
    if found.text != wanted.text and found.name not in _VALUES:
        raise BadSignature(f"{path} holds text")
    for child, wanted_child in zip(found.children, wanted.children, strict=True):
        _expect(child, wanted_child, f"{path}/{_listed((child.name,))}")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(name.removeprefix(f"{{{xml.DS}}}") for name in names) or "nothing"
