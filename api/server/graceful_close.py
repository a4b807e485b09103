"""Ending a connection in stages, as RFC 9112 asks in 9.6.

Where a socket is closed while something that the client sent is unread, the client's system may throw away what it was
sent last: why it was refused. So the server stops writing, and reads what still comes for a while.
"""

import asyncio
from contextlib import suppress

_MOST_BYTES = 1024 * 1024


class GracefulClose:
    """Closes a connection for writing, and takes a bounded amount of what still comes."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._taken = 0
        # A client that has gone already answers with a reset, after which there is nothing to end.
        with suppress(OSError):
            transport.write_eof()

    def take(self, size: int) -> None:
        """Throw away so many bytes that came; whoever sends on and on must wait for the end."""
        self._taken += size
        if self._taken > _MOST_BYTES:
            self._transport.pause_reading()
