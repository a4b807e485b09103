"""How long the transports wait, and how much they take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Sizes in bytes, times in seconds.

    `send_timeout` frees the streams of a client that has stopped reading. A closing server lets queries and mutations
    bring their answers home for as long as `grace`, and takes `farewell` at most to tell a client that it ends.
    While more than `bodies_size` of bodies are under way together, only small ones are taken.
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
