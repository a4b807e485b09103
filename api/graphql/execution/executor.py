"""The schema as it is executed: Strawberry's, with less at once and less on the event loop."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, execute
from strawberry.types import ExecutionContext
from strawberry.utils.await_maybe import await_maybe

from api.application.worker_thread import in_worker_thread
from api.graphql.errors import MOST_ERRORS
from api.graphql.execution.variables import are_large
from api.graphql.library_internals import ConfigurableSchema


class Schema(ConfigurableSchema):
    """A Strawberry schema that leaves the logging of faults to the transport, which logs each of them once.

    Of the values of variables that do not fit it tells the first few. Variables that hold long lists are read in a
    worker thread; resolvers run on the event loop.
    """

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing."""

    def execution_options(self) -> dict[str, Any]:
        """What is handed to graphql-core beside the request."""
        return {"max_coercion_errors": MOST_ERRORS}

    def execute_function(self) -> Callable[..., Any]:
        """What executes a request in place of graphql-core's `execute`."""
        return _execute


def _execute(*arguments: Any, **options: Any) -> Any:
    if are_large(options["variable_values"] or {}):
        return _execute_in_worker_thread(*arguments, **options)
    return execute(*arguments, **options)


async def _execute_in_worker_thread(*arguments: Any, **options: Any) -> Any:
    return await await_maybe(await in_worker_thread(execute, *arguments, **options))
