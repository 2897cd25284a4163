"""The log of a stop's process: one line for each thing that the stop does, to standard error.

::

    14:20:00.125 home 1/meter  executed  command=ECS42 command 1764000000000, 121 bytes, D0-... to D0-...

or the same as one JSON object a line. Warnings of the links come in between, in the same forms.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

import msgspec
from msgspec import Struct

from doorstep.gbcs.times import iso
from doorstep.service.event_words import Fields, fields_of, word_of

__all__ = ["EventLog", "start_log"]

_LOGGER: Final = logging.getLogger("doorstep.stop")
_STOP: Final = "stop"
_FIELDS: Final = "fields"


class EventLog:
    """The log of the stop of that name."""

    def __init__(self, stop: str) -> None:
        self._stop = stop

    def __call__(self, event: Struct) -> None:
        """Write down what the stop does."""
        if _LOGGER.isEnabledFor(logging.INFO):
            self.say(word_of(event), **fields_of(event))

    def say(self, what: str, /, **fields: str | int | bool) -> None:
        """Write down something else of the stop's."""
        _LOGGER.info(what, extra={_STOP: self._stop, _FIELDS: fields})


def start_log(process: str, *, json: bool, quiet: bool = False) -> None:
    """Let this process log, for people or as JSON; ``process`` names it where no stop is speaking.

    ``quiet`` leaves out what a stop does in the ordinary course: a line for every event.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines(process) if json else _ReadableLines(process))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("doorstep").setLevel(logging.WARNING if quiet else logging.INFO)
    # It logs whatever strangers send that is no WebSocket, with a traceback: a port scan would fill the log.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)


class _Lines(logging.Formatter):
    """What both forms are made of."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def parts(self, record: logging.LogRecord) -> tuple[str, str, str, Fields]:
        """The time, the stop, what it does or says, and the fields."""
        fields: Fields = getattr(record, _FIELDS, {})
        time = iso(int(record.created * 1000))
        return time, getattr(record, _STOP, self._process), record.getMessage(), fields


class _ReadableLines(_Lines):
    """A line that a person reads."""

    def format(self, record: logging.LogRecord) -> str:
        time, stop, what, fields = self.parts(record)
        said = "  ".join(f"{name}={_one_line(value)}" for name, value in fields.items())
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{time[11:23]} {stop}  {_one_line(what)}  {said}".rstrip() + trace


class _JsonLines(_Lines):
    """A JSON object: ``time``, ``stop``, ``level``, ``event``, and the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        time, stop, what, fields = self.parts(record)
        line = {"time": time, "stop": stop, "level": record.levelname.lower(), "event": what, **fields}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def _one_line(value: object) -> str:
    """The value as text that cannot begin a line of its own."""
    text = str(value)
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in text)
