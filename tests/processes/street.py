"""A street of real processes on free ports, and how a test waits for what they do.

Nothing here sleeps for a time that has to be right: every wait is for a condition, ends when it holds,
and fails after a deadline with the ends of all logs.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from doorstep.street import StreetPlan
from tests.published import schema_options

T = TypeVar("T")

DEADLINE = 40.0
POLL = 0.02

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="http://www.dccinterface.co.uk/ServiceUserGateway">
  <xs:element name="Request"/>
  <xs:element name="Response"/>
</xs:schema>"""
"""A schema that has any Request and any Response."""


class Stop:
    """One running process: ``doorstep`` with some arguments, its log in a file."""

    def __init__(self, name: str, arguments: tuple[str, ...], folder: Path) -> None:
        self.name = name
        self._out = folder / f"{name}.out"
        self._log = folder / f"{name}.log"
        with self._out.open("wb") as out, self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "doorstep.cli", *arguments],
                stdin=subprocess.PIPE if "--keypad" in arguments else subprocess.DEVNULL,
                stdout=out,
                stderr=log,
            )

    @property
    def ready(self) -> bool:
        """Whether it has said so; fails where it has ended instead."""
        assert self.process.poll() is None, f"{self.name} ended with {self.process.returncode}\n{self.tail()}"
        return "ready\n" in self._out.read_text()

    def events(self, event: str) -> list[dict[str, Any]]:
        """The events of one kind in its log, as its log has them."""
        lines = self._log.read_text().splitlines(keepends=True)
        found = [json.loads(line) for line in lines if line.endswith("\n") and line.startswith("{")]
        return [one for one in found if one["event"] == event]

    def log_text(self) -> str:
        """All of its log."""
        return self._log.read_text()

    def tail(self) -> str:
        """The end of its log."""
        return f"--- {self.name}\n" + "".join(self._log.read_text().splitlines(keepends=True)[-25:])

    def key_in(self, line: str) -> None:
        """Type a line at its keypad."""
        assert self.process.stdin is not None, f"{self.name} was started without --keypad"
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        if self.process.stdin is not None:
            self.process.stdin.close()
        return self.process.wait(timeout=DEADLINE)


class ProcessStreet:
    """The processes of a street. ``state`` makes them remember in files."""

    def __init__(self, plan: StreetPlan, keys: Path, folder: Path, *, state: bool = False) -> None:
        self.plan = plan
        self.keys = keys
        self._folder = folder
        self._state = state
        self.gateway, self.wan, self.service, self.smki = free_ports(4)
        self.han = free_udp_port()
        self.key_log = folder / "han.keys"
        self.stops: dict[str, Stop] = {}
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{self.service}", trust_env=False, timeout=10)

    def start(self, *commands: str) -> None:
        """Start stops by their commands (``hub``, or ``hub --no-wan``), and wait until they are ready."""
        started = [self._start(*command.split()) for command in commands]
        for stop in started:
            self.until(lambda stop=stop: stop.ready, f"{stop.name} to be ready")  # type: ignore[misc]

    def start_all(self, *hub_options: str) -> None:
        """Start every stop, each after those that it talks to, until a Command could go by the PPMID."""
        self.start("dcc", "serve", "meter")
        self.start(" ".join(("hub", *hub_options)))
        self.start("ppmid")
        self.until(lambda: self.api.get("/v1/relays").json(), "the PPMID to be online")
        self.until(lambda: self.log("ppmid", "note", "tunnel opened"), "the PPMID to have its tunnel")

    def end(self, name: str, number: int = signal.SIGTERM) -> int:
        """End a stop, and give its exit status."""
        return self.stops[name].end(number)

    def place(self, **order: Any) -> str:
        """Place an order, and give the delivery's name."""
        answer = self.api.post("/v1/deliveries", json={"home": "1", **order})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["name"])

    def delivery(self, name: str) -> dict[str, Any]:
        """A delivery as it stands."""
        found: dict[str, Any] = self.api.get(f"/v1/deliveries/{name}").json()
        return found

    def reaches(self, name: str, state: str) -> dict[str, Any]:
        """Wait until a delivery is in a state, and give it."""
        return self.until(
            lambda: found if (found := self.delivery(name))["state"] == state else None,
            f"{name} to be {state}",
        )

    def log(self, name: str, event: str, about: str = "") -> list[dict[str, Any]]:
        """The events of one kind that a stop has logged about messages of a use case."""
        return [one for one in self.stops[name].events(event) if about in str(one)]

    def until(self, condition: Callable[[], T | None], what: str) -> T:
        """Wait until a condition gives something true, and give that."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(POLL)
        raise AssertionError(f"waited in vain for {what}\n" + self.tails())

    def tails(self) -> str:
        """The ends of all logs."""
        return "\n".join(stop.tail() for stop in self.stops.values())

    def close(self) -> dict[str, int]:
        """End all processes; gives their exit statuses."""
        self.api.close()
        try:
            return {name: stop.end() for name, stop in self.stops.items()}
        finally:
            for stop in self.stops.values():
                if stop.process.poll() is None:
                    stop.process.kill()

    def _start(self, command: str, *more: str) -> Stop:
        here = "127.0.0.1"
        home = ("--home", "1", "--han-port", str(self.han))
        own = {
            "dcc": (
                *("--port", str(self.gateway), "--wan-port", str(self.wan), "--smki-port", str(self.smki)),
                *("--receive", f"{self.plan.supplier}=http://{here}:{self.service}/smartdcc/duis"),
                *schema_options(),
            ),
            "serve": (
                "--port",
                str(self.service),
                "--gateway",
                f"http://{here}:{self.gateway}",
                *schema_options(),
            ),
            "hub": (*home, "--wan", f"ws://{here}:{self.wan}", "--key-log", str(self.key_log)),
            "meter": home,
            "gas-meter": (*home, "--type", "gas", "--wake", "4"),
            "ppmid": (*home, "--supplier", f"ws://{here}:{self.service}"),
        }[command]
        state = ("--state", str(self._folder / f"{command}.state")) if self._state else ()
        kind = "meter" if command == "gas-meter" else command
        arguments = (kind, "--keys", str(self.keys), "--json", *own, *state, *more)
        stop = self.stops[command] = Stop(command, arguments, self._folder)
        return stop


def free_ports(count: int) -> list[int]:
    """TCP ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def free_udp_port() -> int:
    """A UDP port that nobody listens on: an air of one's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("", 0))
        return int(one.getsockname()[1])
