"""Standard input as lines, whatever it is: a pipe, a socket, a terminal, a file or nothing at all."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator

LONGEST_LINE = 64 * 1024
_BLOCK = 64 * 1024


async def standard_input() -> AsyncIterator[bytes]:
    """What standard input holds, in blocks as they come. Raises OSError where it cannot be read."""
    number = sys.stdin.fileno()
    if not _is_awaitable(number):
        while block := await asyncio.to_thread(os.read, number, _BLOCK):
            yield block
        return
    reader = asyncio.StreamReader(limit=_BLOCK)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while block := await reader.read(_BLOCK):
        yield block


def _is_awaitable(number: int) -> bool:
    """Whether an event loop can wait for it: uvloop ends the process over a file or a device."""
    mode = os.fstat(number).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(number)


async def bounded_lines(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """The lines of some blocks without their ends, None in place of each that is longer than LONGEST_LINE."""
    line, is_too_long = bytearray(), False
    async for block in blocks:
        for part in block.splitlines(keepends=True):
            line += part.rstrip(b"\r\n")
            is_too_long = is_too_long or len(line) > LONGEST_LINE
            if is_too_long:
                line.clear()
            if part.endswith(b"\n"):
                yield None if is_too_long else bytes(line)
                line, is_too_long = bytearray(), False
    if line or is_too_long:
        yield None if is_too_long else bytes(line)
