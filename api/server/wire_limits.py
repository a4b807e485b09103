"""How long the server waits for a client, and how much it takes before there is a whole request or message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Times in seconds, sizes in bytes.

    A chunk or a frame that carries less than `small` is a small one; what is bounded is their number, for each costs
    the same however little it carries.
    """

    first_byte: float = 10
    head: float = 10
    body: float = 60
    unread_body: float = 5
    """For the rest of a body whose answer has been sent: some clients read no answer before they have sent all."""
    first_message: float = 15
    """Until the application acknowledges a WebSocket's `connection_init`; longer than it may wait for one."""
    rest_of_message: float = 60
    unread_answer: float = 30
    """For a client to take the next piece of an answer that does not fit into the buffers between."""
    close: float = 30
    """For a client to take the end of its last answer; as long as for any other piece of one."""

    head_size: int = 16 * 1024
    head_lines: int = 100
    small: int = 1024
    small_chunks: int = 64

    message_before_init: int = 64 * 1024
    frames_before_init: int = 32
    small_fragments: int = 64
    small_frames_at_once: int = 1_000
    small_frames_per_second: int = 500

    connections: int = 4_096
    connections_per_address: int = 100
    spare_descriptors: int = 128
    """Kept for the database, files, and connections that are accepted only to be refused."""
