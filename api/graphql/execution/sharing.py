"""One execution and one encoding of an event for all subscribers who asked the same.

A source that yields the same event object to many subscribers gives it a dictionary `renderings`, which this module
fills: by document, operation and variables. The cursor that a subscriber resumed from plays no part in what an event
looks like, nor does the subscriber's context: fields under an event read the event alone, and whoever may connect may
see all. An event without `renderings` is executed for each of its subscribers.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Any, cast

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, VariableNode
from graphql.execution import ExecutionResult, Executor

from api.graphql.errors import present
from api.graphql.execution.json_text import encode
from api.graphql.execution.variables import uses_of
from api.graphql.library_internals import executor_of_event

Renderings = dict[str, "str | asyncio.Task[str]"]


class Renderer:
    """Turns the events of one subscription into encoded responses."""

    def __init__(
        self, executor: Executor[Any], document: DocumentNode, query: str, variables: dict[str, Any] | None
    ) -> None:
        self._executor = executor
        self._key = _key(executor.operation, document, query, variables or {})

    async def render(self, event: object) -> str:
        """The response to an event, as JSON text."""
        renderings: Renderings | None = getattr(event, "renderings", None)
        if renderings is None:
            rendering = self._execute(event)
        elif (kept := renderings.get(self._key)) is not None:
            rendering = kept
        else:
            rendering = renderings[self._key] = self._execute(event)
        # Shielded, for others may be waiting for the same text when this subscriber goes away.
        return rendering if isinstance(rendering, str) else await asyncio.shield(rendering)

    def _execute(self, event: object) -> "str | asyncio.Task[str]":
        executor = executor_of_event(self._executor, event)
        result = executor.execute_operation(False)
        if executor.is_awaitable(result):
            return asyncio.create_task(_encode_later(cast("Awaitable[ExecutionResult]", result)))
        return _encode(cast("ExecutionResult", result))


async def _encode_later(result: Awaitable[ExecutionResult]) -> str:
    return _encode(await result)


def _encode(result: ExecutionResult) -> str:
    body = {"data": result.data} if not result.errors else {"errors": present(result.errors), "data": result.data}
    return encode(body)


def _key(operation: OperationDefinitionNode, document: DocumentNode, query: str, variables: dict[str, Any]) -> str:
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    shaping = declared - _cursor_variables(operation, document)
    sent = {name: value for name, value in variables.items() if name in shaping}
    name = operation.name.value if operation.name else None
    return sys.intern(json.dumps([query, name, sent], sort_keys=True))


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
