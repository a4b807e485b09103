"""Messages to people: what is told, and the ways to them, which are adapters in api.notifications."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from api.errors import PapertapeError

TEST = "test"
"""The type of a message that somebody waits to see arrive."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell: `id` is the same however often it is sent, `type` says what it is about, `data` the figures.

    `time` is when it happened by the market's time, or for what is no event of the journal when it was noted;
    `recorded_at` is when the desk stored it.
    """

    id: str
    type: str
    time: datetime
    recorded_at: datetime
    title: str
    text: str
    data: Mapping[str, Any]


class NotDelivered(PapertapeError):
    """A message did not arrive, in a sentence that holds no secret.

    `retry_after` is how many seconds the other side asks to be left alone; `is_gone` says that it wants no more.
    """

    def __init__(self, reason: str, *, retry_after: float = 0, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_gone = is_gone


class Channel(Protocol):
    """The way to one target."""

    async def send(self, message: Message) -> None:
        """Send a message: in its turn, and then within a bounded time. Raises NotDelivered."""


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that can be sent to: what may be shown of it, and the secret that messages to it are signed with."""

    shown: str
    secret: str | None = None


class Channels(Protocol):
    """All the ways there are."""

    async def address(self, url: str) -> Address:
        """What a URL names. Raises Invalid, with a sentence that holds no secret."""

    def channel(self, url: str, secret: str | None) -> AbstractAsyncContextManager[Channel]:
        """The way to a target, for as long as the context lasts."""
