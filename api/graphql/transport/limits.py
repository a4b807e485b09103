"""How long the transports wait, and how much they take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Sizes in bytes, times in seconds.

    A client that takes nothing for `send_timeout` has stopped reading, and its stream is ended. A closing server waits
    `grace` for the answers of queries and mutations, and `farewell` for a client to take the message that it ends.
    While more than `bodies_size` of bodies are received at a time, only small ones are taken.
    """

    body_size: int = 4 * 1024 * 1024
    bodies_size: int = 64 * 1024 * 1024
    small_body_size: int = 64 * 1024
    frame_size: int = 4 * 1024 * 1024
    operations_per_connection: int = 100
    connection_init_timeout: float = 10
    send_timeout: float = 10
    heartbeat: float = 12
    grace: float = 5
    farewell: float = 1
