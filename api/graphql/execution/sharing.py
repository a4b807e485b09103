"""One execution and one encoding of an event for all subscribers who asked the same.

A source that yields the same event object to many subscribers gives it a dictionary `renderings`, which this module
fills: by document, operation and variables. The cursor that a subscriber resumed from plays no part in what an event
looks like, nor does the subscriber's context: fields under an event read the event alone, and whoever may connect may
see all. An event without `renderings` is executed for each of its subscribers.
"""

import asyncio
import json
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, VariableNode

from api.graphql.execution.requests import OperationRequest

_MOST_CHARACTERS = 8_000_000
"""Of the renderings that are remembered."""


class Rendering:
    """The response to an event, as JSON text, and as it was framed last, under the head of an operation's messages."""

    __slots__ = ("frame", "head", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.frame = b""
        self.head: str | None = None


Renderings = dict[str, "Rendering | asyncio.Future[Rendering]"]
Render = Callable[[object], "str | Awaitable[str]"]
"""What makes the response to an event, as JSON text."""


class _Remembered:
    """The newest renderings. Of others, which are made anew for who is slow, so many could be waiting for many."""

    def __init__(self) -> None:
        self._places: deque[tuple[Renderings, str, int]] = deque()
        self._characters = 0

    def add(self, renderings: Renderings, key: str, rendering: Rendering) -> None:
        renderings[key] = rendering
        self._places.append((renderings, key, len(rendering.text)))
        self._characters += len(rendering.text)
        while self._characters > _MOST_CHARACTERS:
            oldest, its_key, characters = self._places.popleft()
            oldest.pop(its_key, None)
            self._characters -= characters


_remembered = _Remembered()


class Renderer:
    """Renders the events of one subscription, each once for all subscriptions that have the same key."""

    __slots__ = ("_key", "_render")

    def __init__(self, key: str, render: Render) -> None:
        self._key = key
        self._render = render

    def render(self, event: object) -> "Rendering | asyncio.Future[Rendering]":
        """The response to an event, or what is to be awaited for it; others may be waiting for the same."""
        renderings: Renderings | None = getattr(event, "renderings", None)
        known = None if renderings is None else renderings.get(self._key)
        if known is not None:
            return known
        text = self._render(event)
        if not isinstance(text, str):
            later = asyncio.ensure_future(_rendered(text))
            if renderings is not None:
                renderings[self._key] = later
            return later
        rendering = Rendering(text)
        if renderings is not None:
            _remembered.add(renderings, self._key, rendering)
        return rendering


async def _rendered(text: Awaitable[str]) -> Rendering:
    return Rendering(await text)


def shaping_variables(operation: OperationDefinitionNode, uses: Mapping[str, int]) -> frozenset[str]:
    """The variables that have a say in what an event looks like, of a document that uses each so often.

    All that are declared but those that are sent as `after` of the subscription's field, and used nowhere else.
    """
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    cursors = [
        argument.value.name.value
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    ]
    return frozenset(declared - {name for name in cursors if uses[name] == 1})


def rendering_key(request: OperationRequest, shaping: frozenset[str]) -> str:
    """What tells apart what different subscriptions make of an event."""
    sent: dict[str, Any] = {name: value for name, value in request.variables.items() if name in shaping}
    return sys.intern(json.dumps([request.query, request.operation_name, sent], sort_keys=True))
