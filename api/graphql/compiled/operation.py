"""Compiled operations: made once for a document, run as often as it is sent."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import structlog
from graphql import (
    BooleanValueNode,
    DocumentNode,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    type_from_ast,
)

from api.graphql.compiled.inputs import Read, Take, Values, literal, reader
from api.graphql.compiled.outputs import Write, Writers
from api.graphql.compiled.resolvers import Call, Program, Resolver, resolver
from api.graphql.compiled.selections import Field, Selections, Unsupported, deciding_variables

log = structlog.get_logger(__name__)

COMPILED_AT = 2
"""At which arrival a query or a mutation is compiled."""

MOST_SOURCE = 2_000_000
"""Of all operations that are compiled, the characters of the source that was generated."""

MOST_WAITING = 16
"""Of one operation, the combinations of what decides its directives whose arrivals are counted."""

_Choices = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class RootField:
    """A field of an operation: what resolves it, and what writes its value."""

    key: str
    resolver: Resolver
    write: Write
    writes_async: bool

    async def resolved(self, given: dict[str, Any]) -> object:
        """Its value, by what its resolver is given."""
        value = self.resolver.resolve(None, given)
        return await value if self.resolver.is_async else value

    async def written(self, value: object, at: Call) -> str:
        """The JSON text of its value."""
        text = self.write(value, at)
        return cast("str", await text if self.writes_async else text)


@dataclass(frozen=True, slots=True)
class _Variable:
    read: Read
    default: Take | None
    is_required: bool


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """An operation whose variables can be read, and whose fields can be resolved and written one after the other."""

    variables: Mapping[str, _Variable]
    fields: tuple[RootField, ...]
    source_length: int

    def read(self, sent: Mapping[str, Any]) -> Values:
        """What its variables hold, of what was sent. Raises an exception of any kind for what does not fit."""
        values = {}
        for name, variable in self.variables.items():
            if name in sent:
                values[name] = variable.read(sent[name])
            elif variable.default is not None:
                values[name] = variable.default({})
            elif variable.is_required:
                raise ValueError(f"${name} is missing")
        return values


_Key = tuple[bool, ...]


class Compilable:
    """An operation of a document, and what it was compiled to for what decides its directives."""

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        declared = {item.variable.name.value: item for item in operation.variable_definitions or ()}
        self.document = document
        self.operation = operation
        self.deciding = {name: declared[name] for name in deciding_variables(document) if name in declared}
        self.compiled: dict[_Key, CompiledOperation | None] = {}
        self.waiting: OrderedDict[_Key, int] = OrderedDict()


class Compiler:
    """Compiles the operations of one schema, and keeps those that came last, as long as their source is not too much.

    Not at once, for most documents that come once never do again, and compiling one takes as long as validating it. But
    a subscription has many events, and variables that hold much take long to be read in another way.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[tuple[Compilable, _Key], int] = OrderedDict()
        self._length = 0

    def compiled(
        self, operation: Compilable, sent: Mapping[str, Any], *, at_once: bool = False
    ) -> CompiledOperation | None:
        """An operation for some variables, or None for one that graphql-core is to execute."""
        choices = {name: _choice(definition, sent) for name, definition in operation.deciding.items()}
        if not all(isinstance(choice, bool) for choice in choices.values()):
            return None
        key = tuple(choices.values())
        if key in operation.compiled:
            self._kept.move_to_end((operation, key))
        elif at_once or operation.operation.operation is OperationType.SUBSCRIPTION or _has_waited(operation, key):
            self._keep(operation, key, self._attempt(operation, choices))
        return operation.compiled.get(key)

    def forget(self, operation: Compilable) -> None:
        """Keep nothing of an operation any more."""
        for key in tuple(operation.compiled):
            self._drop(operation, key)

    def _keep(self, operation: Compilable, key: _Key, compiled: CompiledOperation | None) -> None:
        length = 0 if compiled is None else compiled.source_length
        operation.compiled[key] = compiled
        self._kept[operation, key] = length
        self._length += length
        while self._length > MOST_SOURCE:
            self._drop(*next(iter(self._kept)))

    def _drop(self, operation: Compilable, key: _Key) -> None:
        self._length -= self._kept.pop((operation, key))
        del operation.compiled[key]

    def _attempt(self, operation: Compilable, choices: _Choices) -> CompiledOperation | None:
        try:
            return _compiled(self._schema, operation.document, operation.operation, choices)
        except Unsupported:
            return None
        except Exception:
            # graphql-core executes what the compiler stumbles over.
            log.exception("an operation cannot be compiled")
            return None


def _has_waited(operation: Compilable, key: _Key) -> bool:
    """Whether an operation has come often enough to be compiled; if not, this time is counted."""
    arrivals = operation.waiting.pop(key, 0) + 1
    if arrivals >= COMPILED_AT:
        return True
    operation.waiting[key] = arrivals
    if len(operation.waiting) > MOST_WAITING:
        operation.waiting.popitem(last=False)
    return False


def _choice(definition: VariableDefinitionNode, sent: Mapping[str, Any]) -> Any:
    default = definition.default_value
    return sent.get(definition.variable.name.value, default.value if isinstance(default, BooleanValueNode) else None)


def _compiled(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, choices: _Choices
) -> CompiledOperation:
    selections = Selections(schema, document, choices)
    program = Program(schema, operation, selections.fragments)
    root = cast("GraphQLObjectType", schema.get_root_type(operation.operation))
    variables = {item.variable.name.value: _variable(schema, item) for item in operation.variable_definitions or ()}
    writers = Writers(program, selections)
    asked = selections.fields(root, [operation.selection_set])
    write = writers.response if operation.operation is OperationType.SUBSCRIPTION else writers.root
    named = [(field, _resolver(program, root, field), write(root, field)) for field in asked]
    made, length = writers.made()
    return CompiledOperation(
        variables,
        tuple(
            RootField(field.key, resolver, made[written.name], written.is_async) for field, resolver, written in named
        ),
        length,
    )


def _variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> _Variable:
    kind = cast("GraphQLInputType", type_from_ast(schema, definition.type))
    default = definition.default_value
    return _Variable(
        reader(kind), None if default is None else literal(default, kind), isinstance(kind, GraphQLNonNull)
    )


def _resolver(program: Program, root: GraphQLObjectType, asked: Field) -> Resolver:
    if asked.name == "__typename":
        return Resolver(lambda _: {}, lambda: root.name, takes_object=False, is_async=False)
    if asked.name not in root.fields:
        raise Unsupported("introspection")
    return resolver(program, root, asked)
