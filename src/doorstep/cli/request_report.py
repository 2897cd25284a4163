"""What ``doorstep request`` shows: for a person as it comes, or one JSON object in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doorstep.duis import Response
    from doorstep.road.supplier.device_response import DeviceResponse
    from doorstep.service.sent_request import SentRequest

__all__ = ["Report"]


class Report:
    """The report of one request. With ``json`` nothing is printed before :meth:`end`."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._said: dict[str, Any] = {}

    def answered(self, sent: SentRequest) -> None:
        """The DCC's synchronous answer."""
        request = sent.request
        self._tell(
            f"{request.service_reference_variant}, Command Variant {request.command_variant}, "
            f"RequestID {request.request_id}",
            request_id=str(request.request_id),
            service_reference_variant=request.service_reference_variant,
            command_variant=request.command_variant,
        )
        self._code(sent.answer)

    def command(self, command: bytes) -> None:
        """The Command for Local Delivery."""
        from doorstep.service.event_words import message_words

        words = message_words(command)
        self._tell(f"Command for Local Delivery: {words}\n{command.hex().upper()}", command=command.hex())

    def pending(self) -> None:
        """Nobody here takes the Device's Response."""
        self._tell("The Device's Response goes to the receive address; --listen takes it here.")

    def response(self, response: DeviceResponse) -> None:
        """The Device's Response."""
        from doorstep.gbcs.json_form import to_json
        from doorstep.gbcs.view import describe, text

        outcome = response.failure or "success"
        self._tell(
            f"Response of the Device, authenticated: {outcome}\n"
            + text(describe(response.message, opened=response.payload)),
            response=response.data.hex(),
            failure=response.failure,
            message=to_json(response.message, response.payload) if self._json else None,
        )

    def refused(self, error: Exception) -> None:
        """The answer is no."""
        response = getattr(error, "response", None)
        if response is not None:
            self._code(response)
        self._tell(str(error), refused=str(error))

    def abandon(self) -> None:
        """The report goes no further, and nothing is to be printed of it."""
        self._said = {}

    def end(self) -> None:
        """Print what has been kept."""
        import msgspec

        if self._json and self._said:
            print(msgspec.json.encode(self._said).decode())

    def _code(self, response: Response) -> None:
        from doorstep.duis import Element, PreCommand, ResponseMessage, response_code

        code = response_code(response.code)
        self._tell(
            f"{response.code}: {code.meaning or 'its meaning is not published'}",
            code=response.code,
            meaning=code.meaning,
        )
        content = response.body.content if isinstance(response.body, ResponseMessage) else None
        if isinstance(content, PreCommand):
            self._tell(f"Pre-Command:\n{content.payload.hex().upper()}", pre_command=content.payload.hex())
        elif isinstance(content, Element):
            document = _indented(content)
            self._tell(document, content=document)

    def _tell(self, line: str, **said: Any) -> None:
        from doorstep.gbcs.view import printable

        self._said |= said
        if not self._json:
            print("\n".join(map(printable, line.split("\n"))), flush=True)


def _indented(content: Any) -> str:
    """What the DCC itself reports, as XML that a person reads."""
    from lxml import etree

    from doorstep.duis import writing
    from doorstep.duis.envelope import SCHEMA_VERSION

    (node,) = etree.fromstring(writing.document("Response", SCHEMA_VERSION, content.to_xml(above=1)))
    etree.indent(node)
    return etree.tostring(node, encoding="unicode")
