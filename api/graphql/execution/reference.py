"""The reference way: operations as graphql-core executes them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import strawberry
from graphql import DocumentNode, GraphQLResolveInfo, execute
from graphql.execution import ExecutionResult, Executor, create_source_event_stream
from strawberry.execution import optimized_is_awaitable
from strawberry.utils.await_maybe import await_maybe

from api.application.worker_thread import in_worker_thread
from api.errors import Code
from api.graphql.errors import MOST_ERRORS
from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.responses import rejected, response
from api.graphql.execution.sources import Source
from api.graphql.execution.variables import are_large
from api.graphql.library_internals import executor_of_event, graphql_schema


@dataclass(frozen=True, slots=True)
class Failed:
    """What resolving a field raised."""

    problem: Exception


Outcomes = Mapping[str, object]
"""What root fields were resolved to already, or `Failed`, by the names they are answered under."""


async def executed(
    schema: strawberry.Schema,
    request: OperationRequest,
    document: DocumentNode,
    context: object,
    outcomes: Outcomes,
) -> ExecutionResult:
    """What a query or a mutation comes to. Fields that were resolved already are not resolved again.

    Variables that hold long lists are read in a worker thread; resolvers run on the event loop.
    """
    options: dict[str, Any] = {
        "context_value": context,
        "variable_values": request.variables,
        "operation_name": request.operation_name,
        "max_coercion_errors": MOST_ERRORS,
        "executor_class": schema.execution_context_class,
        "is_awaitable": optimized_is_awaitable,
        "middleware": (_resolved_already(outcomes),) if outcomes else None,
    }
    if are_large(request.variables):
        result = await in_worker_thread(execute, graphql_schema(schema), document, **options)
    else:
        result = execute(graphql_schema(schema), document, **options)
    return cast("ExecutionResult", await await_maybe(result))


def _resolved_already(outcomes: Outcomes) -> Callable[..., Any]:
    def resolve(
        resolve_anew: Callable[..., Any], source: object, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        if info.path.prev is not None or info.path.key not in outcomes:
            return resolve_anew(source, info, **arguments)
        outcome = outcomes[cast("str", info.path.key)]
        if isinstance(outcome, Failed):
            raise outcome.problem
        return outcome

    return resolve


class ReferenceSubscription:
    """A subscription as graphql-core begins it and executes its events, built when the first of this is needed."""

    def __init__(
        self, schema: strawberry.Schema, request: OperationRequest, document: DocumentNode, context: object
    ) -> None:
        self._schema = schema
        self._request = request
        self._document = document
        self._context = context

    async def begin(self) -> Source:
        """The source of its events. Raises `OperationRejected` if there is none."""
        source: Any = create_source_event_stream(self._executor)
        if self._executor.is_awaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            raise rejected(*(source.errors or ()), otherwise=Code.BAD_USER_INPUT)
        return cast("Source", source)

    def render(self, event: object) -> str | Awaitable[str]:
        """The response to an event, as JSON text."""
        result = executor_of_event(self._executor, event).execute_operation(False)
        if self._executor.is_awaitable(result):
            return _rendered(cast("Awaitable[ExecutionResult]", result))
        return response(cast("ExecutionResult", result)).text

    @cached_property
    def _executor(self) -> Executor[Any]:
        executor = self._schema.execution_context_class.build(
            graphql_schema(self._schema),
            self._document,
            None,
            self._context,
            self._request.variables,
            self._request.operation_name,
            max_coercion_errors=MOST_ERRORS,
            is_awaitable=cast("Any", optimized_is_awaitable),
            operation_extensions=None,
        )
        if isinstance(executor, list):
            raise rejected(*executor, otherwise=Code.BAD_USER_INPUT)
        return executor


async def _rendered(result: Awaitable[ExecutionResult]) -> str:
    return response(await result).text
