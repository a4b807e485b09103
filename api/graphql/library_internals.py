"""The private parts of Strawberry and graphql-core that the API needs. No other module touches any.

- `Schema._schema`, graphql-core's schema: documents are validated and subscriptions are set up with it, before and
  beside `Schema.execute`. Strawberry shows it only as text.
- `Schema._get_custom_context_kwargs`, what an execution is told: the one way to bound how many errors it collects.
- `Schema._get_execute_function`, what executes: the one way to do so beside the event loop.
- `Executor._relevant_sub_fields`, the memo of collected fields: executors of one subscription share it, and it would
  grow with every event.
- `__strawberry_definition__` of an enumeration: Strawberry takes a description only with a value of its own kind, and
  those of the domain know nothing of it.
"""

from abc import abstractmethod
from collections.abc import Callable
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLSchema
from graphql.execution import Executor
from strawberry.types.enum import StrawberryEnumDefinition


class ConfigurableSchema(strawberry.Schema):
    """A Strawberry schema whose subclasses say how it is executed."""

    @abstractmethod
    def execution_options(self) -> dict[str, Any]:
        """What each execution is told beside what Strawberry tells it."""

    @abstractmethod
    def execute_function(self) -> Callable[..., Any]:
        """What executes a document; takes the arguments of graphql-core's `execute`."""

    def _get_custom_context_kwargs(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        return super()._get_custom_context_kwargs(*arguments, **options) | self.execution_options()

    def _get_execute_function(self) -> Callable[..., Any]:
        return self.execute_function()


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema of graphql-core that a Strawberry schema is executed by."""
    return schema._schema


def executor_of_event(executor: Executor[Any], event: object) -> Executor[Any]:
    """A subscription's executor for one event, with a memo of its own that goes when the event does."""
    copy = executor.build_per_event_executor(event)
    copy._relevant_sub_fields = {}
    return copy


def enum_definition(enumeration: type[Enum]) -> StrawberryEnumDefinition:
    """What Strawberry knows of an enumeration that it was given."""
    definition: StrawberryEnumDefinition = enumeration.__strawberry_definition__  # type: ignore[attr-defined]
    return definition
