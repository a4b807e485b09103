"""Where the events of a subscription come from: what its resolver returns."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

Event = TypeVar("Event")


class Source(Protocol):
    """Events that are awaited one after another."""

    def __anext__(self) -> Awaitable[object]: ...

    async def aclose(self) -> None:
        """End it."""


class LiveSource(AsyncIterator[Event]):
    """A source that knows where it begins, and whose events can be taken as they come."""

    __slots__ = ()

    @abstractmethod
    async def begin(self) -> str:
        """Begin, and tell the cursor after which."""

    @abstractmethod
    def take(self) -> Event | None:
        """The next event that is at hand."""

    @abstractmethod
    async def ready(self) -> None:
        """Return when there may be an event to take; begin, if it has not begun."""

    @abstractmethod
    def listen(self, receive: Callable[[Event], bool]) -> bool:
        """Let events be received as they come, if all that came before were taken; whether that is so.

        What `receive` does not take can be taken as before.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """End it."""

    async def __anext__(self) -> Event:
        while (event := self.take()) is None:
            await self.ready()
        return event
