"""The private parts of Strawberry and graphql-core that the API needs. No other module touches any.

- `Schema._schema`, graphql-core's schema: documents are validated, compiled and executed with it. Strawberry
  shows it only as text.
- `Executor._relevant_sub_fields`, the memo of collected fields: executors of one subscription share it, and it would
  grow with every event.
- `extensions` of what graphql-core's schema is made of, where Strawberry keeps how each thing was declared.
- `__strawberry_definition__` of an enumeration: Strawberry takes a description only with a value of its own kind, and
  those of the domain know nothing of it.
"""

from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLSchema
from graphql.execution import Executor
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.enum import StrawberryEnumDefinition


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


def declaration(thing: Any) -> Any:
    """How a type, a field or an argument of graphql-core's schema was declared to Strawberry; None if it was not."""
    return thing.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
