"""A reader of a page who does what it says, in an empty folder, and holds every output against the page.

What the reader changes is the ports, and the addresses of servers given as `elsewhere`. On the page `…` stands for what
cannot be known beforehand; of an answer of the demo, whose figures depend on the moment, only the shape is compared.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import Any, Self

import httpx

from tests.docs.pages import ROOT, Block
from tests.processes import clean_environment, free_port

_SECONDS = 60
_POLL_SECONDS = 0.1
_ADDRESS = "127.0.0.1:8000"
_SECOND_PORT = "8001"
_EXPORT = re.compile(r"^export (\w+)=(\S+)\n", re.MULTILINE)
_SERVER = re.compile(r"(.*\n)?((?:\w+=\S+ )?(?:papertape (?:serve|demo)\b|make run).*)", re.DOTALL)
_KEEPS_RUNNING = re.compile(r"curl -sN |python (?:follow|receiver)\.py|papertape feed ")


class Program:
    """A program that keeps running; its output is read line by line."""

    def __init__(self, command: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._errors = (folder / "errors.log").open("ab")
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec env {command}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._lines: Queue[str | None] = Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line(self) -> str:
        """The next line that it prints."""
        line = self._lines.get(timeout=_SECONDS)
        assert line is not None, "it has ended"
        return line

    def significant_line(self) -> str:
        """The next line that is neither empty nor a comment that keeps a stream of events alive."""
        while (line := self.line()) in ("", ":"):
            pass
        return line

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self._process.terminate()
        self._process.wait(_SECONDS)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()


class Reader:
    """Follows blocks in their order; used with `with`, which ends what still runs."""

    def __init__(self, folder: Path, elsewhere: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        (folder / "api").symlink_to(ROOT / "api")
        self._port = free_port()
        self._replaced = {_ADDRESS: f"127.0.0.1:{self._port}", _SECOND_PORT: str(free_port()), **(elsewhere or {})}
        self._environment = clean_environment(
            {
                "PAPERTAPE_PORT": str(self._port),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "COLUMNS": "100",
                "PYTHONUNBUFFERED": "1",
                "WEBSOCKETS_BACKOFF_INITIAL_DELAY": "0.1",
                "WEBSOCKETS_BACKOFF_MIN_DELAY": "0.1",
            }
        )
        self._server: Program | None = None
        self._second: Program | None = None
        self._watched: list[Program] = []
        self._is_demo = False
        self._request = ""
        self._output: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for program in [*self._watched, self._second, self._server]:
            if program is not None:
                program.stop()

    def follow(self, blocks: Iterable[Block]) -> None:
        """Run the blocks. AssertionError, naming the line, where the page is wrong."""
        for block in blocks:
            try:
                self._follow(block)
            except Exception as problem:
                errors = (self._folder / "errors.log").read_text() if (self._folder / "errors.log").exists() else ""
                problem.add_note(f"the block at line {block.line}:\n{block.text}\n{errors[-3000:]}")
                raise

    def _follow(self, block: Block) -> None:
        text = self._here(block.text)
        match block.language:
            case "sh":
                self._type(text)
            case "graphql":
                self._output = self._post(text)
            case "python":
                (self._folder / block.word).write_text(text)
            case "json":
                self._compare_json(json.loads(text))
            case "text":
                self._compare_text([line for line in text.splitlines() if line])
            case _:
                raise AssertionError(f"a block of {block.language!r} cannot be run")

    def _here(self, text: str) -> str:
        for there, here in self._replaced.items():
            text = text.replace(there, here)
        return text

    def _type(self, text: str) -> None:
        self._environment |= dict(_EXPORT.findall(text))
        text = _EXPORT.sub("", text)
        if server := _SERVER.fullmatch(text):
            self._run(server[1] or "")
            self._serve(server[2])
        elif _KEEPS_RUNNING.match(text):
            self._watch(text)
        else:
            self._run(text)

    def _run(self, text: str) -> None:
        self._request = text
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
        )
        assert done.returncode == 0, done.stdout
        self._output = done.stdout

    def _serve(self, command: str) -> None:
        if "--port" in command:
            self._second = self._started(command)
            return
        if self._server is not None:
            self._server.stop()
        self._is_demo = command == "make run"
        self._server = self._started(command.replace("make run", "papertape demo"))

    def _started(self, command: str) -> Program:
        """A server that has printed its address."""
        server = Program(command, self._folder, self._environment)
        assert server.line().startswith("Papertape ")
        self._output = None
        return server

    def _watch(self, command: str) -> None:
        self._watched.append(Program(command, self._folder, self._environment))
        if command.startswith("curl"):
            assert self._watched[-1].line() == ":"
        self._output = None

    def _post(self, document: str) -> str:
        answer = httpx.post(f"http://127.0.0.1:{self._port}/graphql", json={"query": document}, timeout=_SECONDS)
        return answer.text

    def _compare_json(self, expected: object) -> None:
        assert self._output is not None
        if self._is_demo:
            self._wait_for_shape(_shape(expected))
        else:
            assert _ordered(json.loads(self._output)) == _ordered(expected)
        self._output = None

    def _wait_for_shape(self, expected: object) -> None:
        """The demo's first positions open after some seconds: ask until they are there."""
        deadline = time.monotonic() + _SECONDS
        while _shape(json.loads(self._output or "")) != expected:
            assert time.monotonic() < deadline, self._output
            time.sleep(_POLL_SECONDS)
            self._run(self._request)

    def _compare_text(self, expected: list[str]) -> None:
        if self._output is None:
            actual = [self._watched[-1].significant_line() for _ in expected]
        else:
            actual = [line.rstrip() for line in self._output.splitlines()]
        assert len(actual) == len(expected), actual
        for line, pattern in zip(actual, map(_pattern, expected), strict=True):
            assert re.fullmatch(pattern, line), f"{line!r} is not {pattern}"
        self._output = None


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split("…")))


def _ordered(value: Any) -> object:
    """A JSON value in which the order of fields counts."""
    if isinstance(value, dict):
        return [(name, _ordered(inner)) for name, inner in value.items()]
    return [_ordered(inner) for inner in value] if isinstance(value, list) else value


def _shape(value: Any) -> object:
    """A JSON value with kinds in place of values."""
    if isinstance(value, dict):
        return [(name, _shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    return "number" if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) else type(value).__name__
