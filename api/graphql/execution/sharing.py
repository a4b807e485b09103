"""One execution and one encoding of an event for all subscribers who asked the same.

A source that yields the same event object to many subscribers gives it a dictionary `renderings`, which this module
fills: by document, operation and variables. The cursor that a subscriber resumed from plays no part in what an event
looks like, nor does the subscriber's context: fields under an event read the event alone, and whoever may connect may
see all. An event without `renderings` is executed for each of its subscribers.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, VariableNode

from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.variables import uses_of

Renderings = dict[str, "str | asyncio.Future[str]"]


Render = Callable[[object], "str | Awaitable[str]"]
"""What makes the response to an event, as JSON text."""


class Renderer:
    """Renders the events of one subscription, each once for all subscriptions that have the same key."""

    def __init__(self, key: str, render: Render) -> None:
        self._key = key
        self._render = render

    async def render(self, event: object) -> str:
        """The response to an event, as JSON text."""
        renderings: Renderings | None = getattr(event, "renderings", None)
        if renderings is None:
            rendering = self._render(event)
            return rendering if isinstance(rendering, str) else await rendering
        kept = renderings.get(self._key)
        if kept is None:
            rendering = self._render(event)
            kept = rendering if isinstance(rendering, str) else asyncio.ensure_future(rendering)
            renderings[self._key] = kept
        # Shielded, for others may be waiting for the same text when this subscriber goes away.
        return kept if isinstance(kept, str) else await asyncio.shield(kept)


def rendering_key(operation: OperationDefinitionNode, document: DocumentNode, request: OperationRequest) -> str:
    """What tells apart what different subscriptions make of an event."""
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    shaping = declared - _cursor_variables(operation, document)
    sent = {name: value for name, value in request.variables.items() if name in shaping}
    name = operation.name.value if operation.name else None
    return sys.intern(json.dumps([request.query, name, sent], sort_keys=True))


def _cursor_variables(operation: OperationDefinitionNode, document: DocumentNode) -> set[str]:
    """The variables that are declared, sent as `after` of the subscription's field, and used nowhere else."""
    uses = uses_of(document)
    sent = [
        argument.value.name.value
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    ]
    return {name for name in sent if uses[name] == 1}
