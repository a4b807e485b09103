"""The private parts of broadcaster that the wake-up needs. No other module touches any.

- `Subscriber`, which `Broadcast.subscribe` gives, but which is importable from a private module only: for its type.
- `Broadcast._backend`: `Broadcast.disconnect` leaves it connected where its own listener has failed.
- `Broadcast._listener_task`: when it ends, subscribers are told nothing and wait for ever, so its end must be seen.
"""

import asyncio

from broadcaster import Broadcast
from broadcaster._base import Subscriber as Subscriber


async def disconnect_backend(broadcast: Broadcast) -> None:
    """Disconnect what carries the messages, whatever has become of the listener."""
    await broadcast._backend.disconnect()


def listener_of(broadcast: Broadcast) -> "asyncio.Task[None]":
    """The task by which a connected broadcast listens."""
    return broadcast._listener_task
