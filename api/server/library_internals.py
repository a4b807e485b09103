"""The private parts of h11 and uvicorn that the protocols need. No other module touches any.

- `h11._receivebuffer.ReceiveBuffer` and `Connection._receive_buffer`: the one place where the lines of a head and the
  chunks of a body can be counted before h11 parses them; it has no setting for either.
- `_unset_keepalive_if_required` of both of uvicorn's protocols: a connection that the server ends must not be ended
  again by uvicorn's own timer, for which there is no other switch.
- `uvicorn._types.ASGISendEvent`: the type of what `send` takes, which an override must name.
"""

from typing import Protocol

import h11
from h11._receivebuffer import ReceiveBuffer as ReceiveBuffer
from uvicorn._types import ASGISendEvent as ASGISendEvent


class BufferedServerConnection(h11.Connection):
    """The server's side of a connection that reads out of a buffer which it is given."""

    def __init__(self, max_incomplete_event_size: int, buffer: ReceiveBuffer) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size)
        self._receive_buffer = buffer


class KeptAlive(Protocol):
    """A protocol of uvicorn's that ends a connection on which there are no requests."""

    def _unset_keepalive_if_required(self) -> None: ...


def stop_keepalive(protocol: KeptAlive) -> None:
    """Stop the timer by which uvicorn ends a connection without requests, if it runs."""
    protocol._unset_keepalive_if_required()
