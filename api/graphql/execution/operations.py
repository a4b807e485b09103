"""GraphQL operations, whichever way they came: HTTP, server-sent events, or a WebSocket.

What is compiled is answered by what it was compiled to. graphql-core, the reference, executes what is not, and takes
over where something goes wrong in what is: it says what does not fit, or completes what was resolved.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError, OperationType
from graphql.execution import ExecutionResult

from api.application.worker_thread import in_worker_thread
from api.choices import ExecutionKind
from api.errors import Code, ConnectionLost, Unavailable
from api.graphql.compiled.operation import CompiledOperation
from api.graphql.compiled.resolvers import Call
from api.graphql.errors import coded, origin_of
from api.graphql.execution.documents import Document, Documents, InvalidDocument, RunnableOperation
from api.graphql.execution.reference import Failed, Outcomes, executed
from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.responses import OperationRejected, Response, rejected, response
from api.graphql.execution.subscriptions import Subscription, subscription
from api.graphql.execution.variables import are_large, check_variables
from api.graphql.library_internals import graphql_schema
from domain.records import dataclass

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Operation:
    """A request whose document is valid; if `is_large`, reading its variables takes long."""

    request: OperationRequest
    document: Document
    runnable: RunnableOperation
    is_large: bool

    @property
    def type(self) -> OperationType:
        """Whether it is a query, a mutation or a subscription."""
        return self.runnable.definition.operation


class Operations:
    """Runs the operations of one schema. What `around` makes surrounds each query and each mutation, in one task."""

    def __init__(
        self,
        schema: strawberry.Schema,
        execution: ExecutionKind = ExecutionKind.COMPILED,
        around: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._schema = schema
        self._documents = Documents(graphql_schema(schema))
        self._execution = execution
        self._around = around
        self._unfinished: set[asyncio.Task[Response]] = set()

    def prepare(self, request: OperationRequest) -> Operation:
        """Parses and validates; raises `OperationRejected`."""
        document = self._documents.judge(request.query)
        if isinstance(document, InvalidDocument):
            raise rejected(*document.errors)
        runnable = document.operation(request.operation_name)
        if runnable is None:
            raise rejected(coded(Code.OPERATION_RESOLUTION_FAILURE, _which_operation(request)))
        try:
            check_variables(runnable.variables, request.variables)
        except GraphQLError as problem:
            raise rejected(problem) from None
        return Operation(request, document, runnable, are_large(request.variables))

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

    async def subscribe(self, operation: Operation, context: object) -> Subscription:
        """A subscription, to be begun and ended. Raises `OperationRejected` if there is none to begin with."""
        compiled, runnable = self._compiled(operation), operation.runnable
        return await subscription(self._schema, operation.request, operation.document, runnable, compiled, context)

    async def drain(self) -> None:
        """Waits until every mutation that was begun has finished."""
        while self._unfinished:
            await asyncio.wait(self._unfinished)

    async def _execute(self, operation: Operation, context: object) -> Response:
        compiled, is_query = self._compiled(operation), operation.type is OperationType.QUERY
        outcomes: dict[str, object] = {}
        failure: Exception | None = None
        if compiled is not None:
            try:
                async with self._around():
                    return Response(await _answered(compiled, operation, context, outcomes))
            except Exception as problem:  # noqa: BLE001 - whatever it is, graphql-core says it
                failure = problem
        if is_query:
            # Asked anew: what was read may have been lost, and which errors come depends on what is asked beside it.
            outcomes.clear()
        result = await self._executed(operation, context, outcomes)
        if is_query and _has_lost_its_connection(result) and not isinstance(failure, ConnectionLost):
            result = await self._executed(operation, context, outcomes)
        if not result.errors and not isinstance(failure, Unavailable | None):
            log.error("a compiled operation failed where graphql-core did not", exc_info=failure)
        return response(result)

    def _compiled(self, operation: Operation) -> CompiledOperation | None:
        if self._execution is ExecutionKind.REFERENCE:
            return None
        compilable, variables = operation.runnable.compilable, operation.request.variables
        return self._documents.compiler.compiled(compilable, variables, at_once=operation.is_large)

    async def _executed(self, operation: Operation, context: object, outcomes: Outcomes) -> ExecutionResult:
        async with self._around():
            return await executed(self._schema, operation.request, operation.document.node, context, outcomes)

    async def _shielded(self, execution: Coroutine[Any, Any, Response]) -> Response:
        task = asyncio.create_task(execution)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return await asyncio.shield(task)


async def _answered(
    compiled: CompiledOperation, operation: Operation, context: object, outcomes: dict[str, object]
) -> str:
    """The answer of a compiled query or mutation. What its fields resolve to is kept among the outcomes on the way."""
    sent = operation.request.variables
    values = await in_worker_thread(compiled.read, sent) if operation.is_large else compiled.read(sent)
    at = Call(values, context)
    given = [field.resolver.given(at) for field in compiled.fields]
    members = []
    for field, arguments in zip(compiled.fields, given, strict=True):
        try:
            value = outcomes[field.key] = await field.resolved(arguments)
        except Exception as problem:
            outcomes[field.key] = Failed(problem)
            raise
        members.append(f'"{field.key}":{await field.written(value, at)}')
    return f'{{"data":{{{",".join(members)}}}}}'


def _which_operation(request: OperationRequest) -> str:
    if request.operation_name is None:
        return "Say with `operationName` which operation of the document to run."
    return f"The document has no operation named {request.operation_name!r}."


def _has_lost_its_connection(result: Response | ExecutionResult) -> bool:
    return isinstance(result, ExecutionResult) and any(
        isinstance(origin_of(error), ConnectionLost) for error in result.errors or ()
    )
