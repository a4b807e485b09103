"""What waits for the writer, in the order in which it came, and what of it is taken together."""

import asyncio
from collections import deque
from contextlib import suppress

from api.application.pending_command import PendingRequest, answer_all_with
from api.errors import Unavailable

_LARGEST_GROUP = 200
_LARGEST_LOAD = 10_000
_MOST_WAITING = 5_000
_MOST_LOAD_WAITING = 100_000
_TURNS = 2
"""Of the event loop: in one a request is read, in the next it comes to wait."""


class WaitingRequests:
    """A queue of requests, bounded by their commands and the work that these are.

    All of it is for the event loop.
    """

    def __init__(self) -> None:
        self._requests: deque[PendingRequest] = deque()
        self._commands = self._load = 0
        self._changed = asyncio.Event()
        self._is_closed = False

    @property
    def is_over(self) -> bool:
        """Whether nothing waits, and nothing will."""
        return self._is_closed and not self._requests

    def add(self, request: PendingRequest) -> None:
        """Let a request wait. Raises Unavailable if there is no room."""
        if self._commands >= _MOST_WAITING or self._load + request.load > _MOST_LOAD_WAITING:
            raise Unavailable("more is waiting already than the desk can hold: send the command again later")
        self._requests.append(request)
        self._commands += len(request.commands)
        self._load += request.load
        self._changed.set()

    def close(self) -> None:
        """Nothing more comes."""
        self._is_closed = True
        self._changed.set()

    async def arrival(self, patience: float | None) -> None:
        """Return once something waits, or nothing will, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not self._requests and not self._is_closed:
                    self._changed.clear()
                    await self._changed.wait()

    async def lull(self) -> None:
        """Return once nothing more comes at the same time, or what waits fills a group.

        A transaction for the first of many who come together, and another for the rest, costs each of them more.
        """
        known = 0
        while known < self._commands < _LARGEST_GROUP and self._load < _LARGEST_LOAD:
            known = self._commands
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    def join(self, group: list[PendingRequest]) -> None:
        """Move into a group, up to a bound, what can be done with it in one transaction."""
        commands, load = sum(len(request.commands) for request in group), sum(request.load for request in group)
        while self._requests and commands < _LARGEST_GROUP and load < _LARGEST_LOAD:
            if group and (group[-1].stands_alone or self._requests[0].stands_alone):
                return
            request = self._requests.popleft()
            self._commands -= len(request.commands)
            self._load -= request.load
            commands += len(request.commands)
            load += request.load
            group.append(request)

    def turn_away(self, problem: Unavailable) -> None:
        """Tell all who wait that nothing was done."""
        turned, self._requests = [*self._requests], deque()
        self._commands = self._load = 0
        answer_all_with(turned, problem)
