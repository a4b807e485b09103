"""What `papertape feed json` reads as its standard input: a file, nothing, lines that are too long, a terminal."""

import json
import os
import pty
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from api.feeds.standard_input import LONGEST_LINE, bounded_lines
from tests.processes import PAPERTAPE, Server, clean_environment, papertape, serving

ENDED = "The market has ended: 0 bars and {} were sent, {} not taken.\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(folder=tmp_path_factory.mktemp("desk")) as desk:
        yield desk


def quote(symbol: str) -> str:
    """A price, as a line."""
    return json.dumps({"symbol": symbol, "time": "2024-01-02T14:31:07Z", "price": "187.2"}) + "\n"


def fed(desk: Server, folder: Path, stdin: IO[Any] | None = None) -> tuple[int, str, str]:
    """How a feed of an input, or of nothing, ends."""
    finished = papertape("feed", "json", "--url", desk.url, folder=folder, stdin=stdin)
    return finished.code, finished.out, finished.err


def test_nothing_is_a_market_that_has_ended(desk: Server, tmp_path: Path) -> None:
    assert fed(desk, tmp_path) == (0, ENDED.format("0 quotes", 0), "")


def test_a_closed_input_is_a_market_that_has_ended(desk: Server) -> None:
    command = ["sh", "-c", 'exec "$0" "$@" <&-', str(PAPERTAPE), "feed", "json", "--url", desk.url]
    finished = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, ENDED.format("0 quotes", 0), "")


def test_a_file_is_read_as_a_pipe_is(desk: Server, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("\ufeff" + quote("AAPL"))
    with (tmp_path / "lines").open() as file:
        assert fed(desk, tmp_path, file) == (0, ENDED.format("1 quote", 0), "")


def test_a_terminal_is_read_until_its_user_ends_it(desk: Server, tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, quote("IBM").encode() + b"\x04")
    with os.fdopen(terminal) as stdin, os.fdopen(controller):
        assert fed(desk, tmp_path, stdin) == (0, ENDED.format("1 quote", 0), "")


def test_a_line_that_is_too_long_is_counted_and_the_rest_goes_on(desk: Server, tmp_path: Path) -> None:
    long = json.dumps({"symbol": "x" * 70_000})
    (tmp_path / "lines").write_text(f"{long}\n{quote('MSFT')}")
    with (tmp_path / "lines").open() as file:
        code, out, err = fed(desk, tmp_path, file)
    assert (code, out) == (0, ENDED.format("1 quote", 1))
    assert "a line is longer than 65536 bytes" in err


def test_a_server_does_not_read_its_own_input(tmp_path: Path) -> None:
    finished = papertape("serve", "--feed", "json", folder=tmp_path)
    assert finished.code == 1
    assert finished.complaint == (
        "papertape: inside a server the feed json needs url=; lines of a program are piped into `papertape feed json`"
    )


@pytest.mark.parametrize("size", [1, 7, 2 * LONGEST_LINE])
async def test_lines_are_the_same_however_they_are_cut_into_blocks(size: int) -> None:
    text = b"one\r\n\n" + b"x" * LONGEST_LINE + b"\n" + b"y" * (LONGEST_LINE + 1) + b"\ntwo"

    async def blocks() -> AsyncIterator[bytes]:
        for first in range(0, len(text), size):
            yield text[first : first + size]

    assert [line async for line in bounded_lines(blocks())] == [b"one", b"", b"x" * LONGEST_LINE, None, b"two"]
