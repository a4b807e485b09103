"""Where requests begin and end in what one connection receives, and how much of each there may be.

httptools parses whatever it is given to the end, be it a head of 60 000 lines, a hundred thousand chunks of a byte, or
thousands of requests at once. So it is given a piece at a time: a head, some of a body, a chunk. What a piece means is
its business; here the pieces are only cut, and counted before they cost.
"""

import re
from enum import Enum, auto

from api.errors import Code, PapertapeError
from api.server.wire_limits import WireLimits

_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}(?=[;\r\n])")
_BLANK_LINES = (b"\n\r\n", b"\n\n")
_LINE_END = len(b"\r\n")


class UnreadableRequest(PapertapeError):
    """Why no more requests are read; how it is refused."""

    def __init__(self, reason: str, status: int = 400, code: Code = Code.BAD_REQUEST) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code


class Part(Enum):
    """What comes next of a request."""

    HEAD = auto()
    BODY = auto()
    CHUNK = auto()
    TRAILER = auto()


class RequestPieces:
    """What has been received and not been parsed yet."""

    def __init__(self, limits: WireLimits) -> None:
        self._limits = limits
        self._held = b""
        self._at = 0
        self.begin_head()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return self._at < len(self._held)

    def begin_head(self) -> None:
        """A request has ended: another may begin."""
        self.part = Part.HEAD
        self._left = self._chunks = self._received = 0

    def begin_body(self, length: int | None) -> None:
        """A head has ended, and a body of a length, or in chunks, begins."""
        self.part = Part.CHUNK if length is None else Part.BODY
        self._left = length or 0

    def add(self, data: bytes) -> None:
        """Take what was received."""
        self._held, self._at = (self._held[self._at :] + data if self else data), 0

    def take(self) -> bytes | None:
        """The next piece; None until more has come. Raises UnreadableRequest."""
        if self._at == len(self._held):
            return None
        if self.part is Part.CHUNK and not self._left:
            self._begin_chunk()
        if self.part is Part.HEAD or self.part is Part.TRAILER:
            return self._lines()
        return self._some()

    def _some(self) -> bytes | None:
        piece = self._cut(min(self._at + self._left, len(self._held)))
        self._left -= len(piece)
        self._received += len(piece)
        return piece or None

    def _lines(self) -> bytes | None:
        """A head or a trailer, once all of it is there."""
        limits = self._limits
        ends = [at + len(blank) for blank in _BLANK_LINES if (at := self._held.find(blank, self._at)) >= 0]
        end = min(ends, default=len(self._held))
        if end - self._at > limits.head_size:
            raise _over_limit(f"its head or trailer is longer than {limits.head_size} bytes", 431)
        if not ends:
            return None
        if self._held.count(b"\n", self._at, end) > limits.head_lines + 1:
            raise _over_limit(f"its head or trailer has more than {limits.head_lines} lines", 431)
        return self._cut(end)

    def _begin_chunk(self) -> None:
        """Read how long a chunk is, once that is there. One without length is where the trailer begins."""
        limits = self._limits
        line = self._held.find(b"\n", self._at) + 1 - self._at
        if line <= 0:
            if len(self._held) - self._at > limits.head_size:
                raise UnreadableRequest("illegal chunk header")
            return
        size = _CHUNK_SIZE.match(self._held, self._at)
        if size is None:
            raise UnreadableRequest("illegal chunk header")
        self._chunks += 1
        if self._chunks > limits.small_chunks + self._received // limits.small:
            raise _over_limit(f"its body comes in too many chunks of less than {limits.small} bytes; send larger ones")
        if length := int(size[0], 16):
            self._left = line + length + _LINE_END
        else:
            self.part = Part.TRAILER

    def _cut(self, end: int) -> bytes:
        piece, self._at = self._held[self._at : end], end
        return piece


def _over_limit(reason: str, status: int = 400) -> UnreadableRequest:
    return UnreadableRequest(reason, status, Code.LIMIT_EXCEEDED)
