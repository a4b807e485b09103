"""The head of an answer and what follows it, sent by one call to the system.

uvicorn writes each by itself, and uvloop sends at once what is written. The second call takes as long as all that
Python does for a small answer, and the client is woken twice.
"""

import asyncio


class JoinedWrites:
    """What uvicorn writes one answer to: its head waits for its body, until the event loop's next turn at the latest.

    Nothing else is ever held back, so a client that does not read pauses the writer as soon as before.
    """

    __slots__ = ("_head", "_is_begun", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._is_begun = False
        self._head = b""

    def write(self, data: bytes) -> None:
        """Send some of the answer, or keep its head for a moment."""
        if not self._is_begun:
            self._is_begun, self._head = True, data
            self._loop.call_soon(self.flush)
        elif self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection once all is sent."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport.is_closing()

    def flush(self) -> None:
        """Send the head if it still waits: an answer without a body is over."""
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)
