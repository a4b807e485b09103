"""Proves `make run` in a clean clone of HEAD: it installs, is ready in time, streams, and stops cleanly.

Exits with one clear line and status 1 at the first thing that does not hold.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

INSTALL_SECONDS = 1200
READY_SECONDS = 5
EVENT_SECONDS = 60
STOP_SECONDS = 15
POLL_SECONDS = 0.02

SUBSCRIPTION = "subscription { positionEvents { cursor kind position { symbol } } }"

T = TypeVar("T")


class NotProvenError(Exception):
    pass


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="papertape-prove-") as folder:
        log = Path(folder, "make-run.log")
        try:
            prove(Path(folder), log)
        except NotProvenError as error:
            output = log.read_text(errors="replace") if log.exists() else ""
            sys.exit(f"make run is not proven: {error}\n--- its output ---\n{output}")


def prove(folder: Path, log: Path) -> None:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ".", str(clone)], check=True)
    say(f"cloned {head_of(clone)}")
    port = free_port()
    with make_run(clone, port, folder / "data", log) as make:
        begun = time.monotonic()
        server = wait_for(lambda: server_of(make), INSTALL_SECONDS, "make run did not start the server", make)
        started = time.monotonic()
        say(f"installed in {started - begun:.1f} s")
        wait_for(lambda: is_ready(port), READY_SECONDS, "/readyz did not answer 200", make)
        say(f"/readyz answered 200 {time.monotonic() - started:.2f} s after the server's start")
        say(f"received over WebSocket: {first_position_event(port)}")
        stop(server, make, port)


@contextmanager
def make_run(clone: Path, port: int, data: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`make run` in a session of its own, none of which outlives the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTAPE_", "MAKE"))}
    environment = inherited | {"PAPERTAPE_PORT": str(port), "XDG_DATA_HOME": str(data), "XDG_STATE_HOME": str(data)}
    with log.open("wb") as output:
        make = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield make
    finally:
        if group_lives(make.pid):
            os.killpg(make.pid, signal.SIGKILL)
        make.wait()


def wait_for(condition: Callable[[], T | None], seconds: float, failure: str, make: subprocess.Popen[bytes]) -> T:
    """What `condition` returns once it is not None (nor False) any more."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if make.poll() is not None:
            raise NotProvenError(f"{failure}: make ended with {make.returncode}")
        if time.monotonic() > deadline:
            raise NotProvenError(f"{failure} within {seconds:g} s")
        time.sleep(POLL_SECONDS)
    return result


def server_of(make: subprocess.Popen[bytes]) -> int | None:
    """The process id of `papertape`, once `make` runs it as its child."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            words = (process / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if parent == make.pid and any(Path(word).name == "papertape" for word in words):
            return int(process.name)
    return None


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def first_position_event(port: int) -> str:
    """The first event of `positionEvents`, asked for as any graphql-transport-ws client would."""
    url = f"ws://127.0.0.1:{port}/graphql"
    try:
        with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], close_timeout=2) as connection:
            connection.send(json.dumps({"type": "connection_init"}))
            receive(connection, "connection_ack")
            connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION}}))
            message = receive(connection, "next")
    except (OSError, WebSocketException) as error:
        raise NotProvenError(f"no position event: {error!r}") from error
    event = message["payload"]["data"]["positionEvents"]
    return f"{event['kind']} {event['position']['symbol']} at cursor {event['cursor']}"


def receive(connection: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message that is not about keeping the connection alive, which must be of that kind, without errors."""
    message: dict[str, Any] = {"type": "ping"}
    deadline = time.monotonic() + EVENT_SECONDS
    while message["type"] in ("ping", "pong"):
        message = json.loads(connection.recv(max(0.0, deadline - time.monotonic())))
    if message["type"] != kind or "errors" in (message.get("payload") or {}):
        raise NotProvenError(f"expected {kind}, got {json.dumps(message)}")
    return message


def stop(server: int, make: subprocess.Popen[bytes], port: int) -> None:
    asked = time.monotonic()
    os.kill(server, signal.SIGTERM)
    try:
        status = make.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotProvenError(f"the server still ran {STOP_SECONDS} s after SIGTERM") from None
    if status != 0:
        raise NotProvenError(f"after SIGTERM make ended with {status}")
    if group_lives(make.pid) or is_ready(port):
        raise NotProvenError("make ended, but left a process behind")
    say(f"stopped cleanly {time.monotonic() - asked:.2f} s after SIGTERM")


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def head_of(clone: Path) -> str:
    return subprocess.check_output(["git", "log", "-1", "--format=%h %s"], cwd=clone, text=True).strip()


def say(what: str) -> None:
    print(f"   {what}", flush=True)


if __name__ == "__main__":
    main()
