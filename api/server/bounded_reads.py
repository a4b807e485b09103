"""How a connection's bytes are read."""

import asyncio

from api.server.graceful_close import GracefulClose

PIECE = memoryview(bytearray(64 * 1024))
"""What is read at once, of all connections, one after another, into the same memory.

asyncio would take 256 KiB of new memory for each read, most of whose cost is the memory; and a client could have four
times as much parsed before it is another's turn.
"""


class BoundedReads(asyncio.BufferedProtocol):
    """A protocol that is given bytes in small pieces, and throws them away once it is being closed.

    uvloop reads for itself, since what uvicorn's protocols descend from is no BufferedProtocol to it.
    """

    _closing: GracefulClose | None = None

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to read into."""
        return PIECE

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read."""
        self.data_received(bytes(PIECE[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Take a piece, unless `throws_away` says that it has been; for the protocol that reads."""
        raise NotImplementedError

    def throws_away(self, data: bytes) -> bool:
        """Whether the connection is being closed, so that nobody reads what came."""
        if self._closing is None:
            return False
        self._closing.take(len(data))
        return True
