"""GraphQL operations, whichever way they came: HTTP, server-sent events, or a WebSocket.

Queries and mutations are run by `Schema.execute`, so the schema's extensions surround them, and each is run inside a
single task: a `ContextVar` that an extension sets is seen by that operation's resolvers and by no others.
Subscriptions are not: an extension that opens a database snapshot for an operation must not hold it for a stream.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLFormattedError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
)
from graphql.execution import ExecutionResult, create_source_event_stream
from strawberry.execution import optimized_is_awaitable
from strawberry.types import ExecutionResult as StrawberryResult

from api.errors import Code, ConnectionLost, PapertapeError
from api.graphql.errors import MOST_ERRORS, coded, origin_of, present
from api.graphql.execution.documents import InvalidDocument, judge
from api.graphql.execution.executor import Schema
from api.graphql.execution.json_text import encode
from api.graphql.execution.sharing import Renderer
from api.graphql.execution.variables import LONGEST_NAME, check_variables
from api.graphql.library_internals import graphql_schema


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client sent: a query text, the values of its variables, and the name of the operation to run."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A request whose document is valid."""

    request: OperationRequest
    document: DocumentNode
    definition: OperationDefinitionNode

    @property
    def type(self) -> OperationType:
        """Whether it is a query, a mutation or a subscription."""
        return self.definition.operation


@dataclass(frozen=True, slots=True)
class Response:
    """A GraphQL response. Without `data`, nothing was executed."""

    body: dict[str, Any]

    @property
    def executed(self) -> bool:
        """Whether anything was executed."""
        return "data" in self.body

    @property
    def code(self) -> str:
        """The code of the first error, or the empty string."""
        return str(self.errors[0]["extensions"]["code"]) if self.errors else ""

    @property
    def errors(self) -> list[GraphQLFormattedError]:
        """Its errors, as clients see them."""
        errors: list[GraphQLFormattedError] = self.body.get("errors", [])
        return errors

    @property
    def text(self) -> str:
        """The response as JSON text."""
        return encode(self.body)


class OperationRejected(PapertapeError):
    """A request that is not executed, and the response that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


def rejected(*errors: GraphQLError, otherwise: Code = Code.GRAPHQL_VALIDATION_FAILED) -> OperationRejected:
    """The refusal with these errors; `otherwise` is the code of those that have none."""
    return OperationRejected(Response({"errors": present(errors, otherwise=otherwise)}))


class StreamFailed(PapertapeError):
    """A subscription whose source ended with an error, as the client may see it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        located = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        self.response = Response({"errors": present([located])})


def read_request(data: object) -> OperationRequest:
    """The GraphQL parameters of a decoded JSON body. Raises `OperationRejected`, which says what is wrong."""
    if isinstance(data, list):
        raise _bad_request("Batches are not supported: send one operation a request.")
    if not isinstance(data, dict):
        raise _bad_request("The request must be a JSON object with a `query`.")
    query, variables, name = data.get("query"), data.get("variables"), data.get("operationName")
    if not isinstance(query, str) or not query:
        raise _bad_request("`query` must be a string with a GraphQL document.")
    if not isinstance(variables, dict | None):
        raise _bad_request("`variables` must be an object or null.")
    if not isinstance(name, str | None):
        raise _bad_request("`operationName` must be a string or null.")
    if name is not None and len(name) > LONGEST_NAME:
        raise _bad_request(f"`operationName` has {len(name)} characters, where {LONGEST_NAME} are allowed.")
    if not isinstance(data.get("extensions"), dict | None):
        raise _bad_request("`extensions` must be an object or null.")
    return OperationRequest(query, variables, name or None)


def _bad_request(message: str) -> OperationRejected:
    return rejected(coded(Code.BAD_REQUEST, message))


class Operations:
    """Runs the operations of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._unfinished: set[asyncio.Task[Response]] = set()

    def prepare(self, request: OperationRequest) -> Operation:
        """Parses and validates; raises `OperationRejected`."""
        schema = graphql_schema(self._schema)
        document = judge(schema, request.query)
        if isinstance(document, InvalidDocument):
            raise rejected(*document.errors)
        definition = get_operation_ast(document.node, request.operation_name)
        if definition is None:
            raise rejected(coded(Code.OPERATION_RESOLUTION_FAILURE, _which_operation(request)))
        try:
            check_variables(schema, definition, document.uses, request.variables or {})
        except GraphQLError as problem:
            raise rejected(problem) from None
        return Operation(request, document.node, definition)

    async def answer(self, operation: Operation, context: object) -> Response:
        """Executes a query or a mutation. Raises `OperationRejected` if nothing is: its variables do not fit.

        A mutation, once begun, finishes: cancelling this call does not cancel it, and `drain` waits for it.
        """
        execution = self._execute(operation, context)
        is_mutation = operation.type is OperationType.MUTATION
        response = await (self._shielded(execution) if is_mutation else execution)
        if not response.executed:
            raise OperationRejected(response)
        return response

    async def subscribe(self, operation: Operation, context: object) -> AsyncGenerator[str, None]:
        """The encoded responses of a subscription. Raises `OperationRejected` if there is no stream to begin with.

        The stream raises `StreamFailed` if its source does.
        """
        request = operation.request
        executor = self._schema.execution_context_class.build(
            graphql_schema(self._schema),
            operation.document,
            None,
            context,
            request.variables,
            request.operation_name,
            max_coercion_errors=MOST_ERRORS,
            is_awaitable=cast("Any", optimized_is_awaitable),
            operation_extensions=None,
        )
        if isinstance(executor, list):
            raise rejected(*executor, otherwise=Code.BAD_USER_INPUT)
        source: Any = create_source_event_stream(executor)
        if executor.is_awaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            raise rejected(*(source.errors or ()), otherwise=Code.BAD_USER_INPUT)
        return _responses(Renderer(executor, operation.document, request.query, request.variables), source)

    async def drain(self) -> None:
        """Waits until every mutation that was begun has finished."""
        while self._unfinished:
            await asyncio.wait(self._unfinished)

    async def _execute(self, operation: Operation, context: object) -> Response:
        result = await self._executed(operation, context)
        if operation.type is OperationType.QUERY and _has_lost_its_connection(result):
            # The snapshot went with the connection, and what had been read of it with the snapshot.
            result = await self._executed(operation, context)
        return _response(result)

    async def _executed(self, operation: Operation, context: object) -> StrawberryResult | ExecutionResult:
        request = operation.request
        return await self._schema.execute(
            request.query,
            variable_values=request.variables,
            context_value=context,
            operation_name=request.operation_name,
        )

    async def _shielded(self, execution: Coroutine[Any, Any, Response]) -> Response:
        task = asyncio.create_task(execution)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return await asyncio.shield(task)


def _which_operation(request: OperationRequest) -> str:
    if request.operation_name is None:
        return "Say with `operationName` which operation of the document to run."
    return f"The document has no operation named {request.operation_name!r}."


def _has_lost_its_connection(result: StrawberryResult | ExecutionResult) -> bool:
    return any(isinstance(origin_of(error), ConnectionLost) for error in result.errors or ())


def _response(result: StrawberryResult | ExecutionResult) -> Response:
    if not result.errors:
        return Response({"data": result.data})
    executed = result.data is not None or any(error.path for error in result.errors)
    body: dict[str, Any] = {"errors": present(result.errors)}
    return Response(body | {"data": result.data} if executed else body)


async def _responses(renderer: Renderer, source: AsyncGenerator[object, None]) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(source):
            async for event in source:
                yield await renderer.render(event)
    except Exception as error:
        raise StreamFailed(error) from error
