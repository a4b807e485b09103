"""Which ways to people there are: the entry points of the group `papertape.notifications`, named by the scheme of the
URLs that they take; `apprise` takes the rest."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from api.application.notifications.messages import Address, Channel, Channels
from api.notifications.reachable import Network

GROUP = "papertape.notifications"
_OTHERS = "apprise"

ChannelsFactory = Callable[[Sequence[Network]], Channels]
"""What an entry point names: the ways to what may be reached, private networks among it."""


class InstalledChannels:
    """All the ways that are installed. An entry point is loaded when a URL asks for it."""

    def __init__(self, private: Sequence[Network]) -> None:
        self._private = private
        self._loaded: dict[str, Channels] = {}

    async def address(self, url: str) -> Address:
        """What a URL names. Raises Invalid."""
        return await self._of(url).address(url)

    def channel(self, url: str, secret: str | None) -> AbstractAsyncContextManager[Channel]:
        """The way to a target, for as long as the context lasts."""
        return self._of(url).channel(url, secret)

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=GROUP)}

    def _of(self, url: str) -> Channels:
        scheme = url.partition("://")[0].lower()
        point = self._points.get(scheme, self._points[_OTHERS])
        if point.value not in self._loaded:
            factory: ChannelsFactory = point.load()
            self._loaded[point.value] = factory(self._private)
        return self._loaded[point.value]
