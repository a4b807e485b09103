"""WebSocket frames that are made once, and written to many clients as they are."""

from typing import Protocol

EXTENSION = "papertape.frames"
"""The key by which a server that can write frames as they are offers that among a scope's extensions."""

_WHOLE_TEXT = 0x81
_LARGEST_IN_A_BYTE = 125
_LARGEST_IN_TWO_BYTES = 0xFFFF


class FrameWriter(Protocol):
    """The client's end of a connection."""

    @property
    def is_writable(self) -> bool:
        """Whether the client reads as fast as it is written to."""

    async def until_writable(self) -> None:
        """Return when it does again, or is gone."""

    def write_frames(self, frames: bytes) -> None:
        """Write whole frames; to a client that is gone, or is told to go, nothing."""


def text_frame(message: bytes) -> bytes:
    """A message as a server sends it: in one frame, without a mask (RFC 6455, 5.2)."""
    length = len(message)
    if length <= _LARGEST_IN_A_BYTE:
        head = bytes((_WHOLE_TEXT, length))
    elif length <= _LARGEST_IN_TWO_BYTES:
        head = bytes((_WHOLE_TEXT, 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((_WHOLE_TEXT, 127)) + length.to_bytes(8, "big")
    return head + message
