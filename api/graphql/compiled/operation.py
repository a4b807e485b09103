"""Compiled operations: made once for a document, run as often as it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

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

COMPILED_AT = 2
"""The how manieth time that a query or a mutation comes it is compiled."""

MOST_VARIANTS = 4
"""How many combinations of the variables that decide its directives an operation is compiled for."""

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


class CompiledOperations:
    """What an operation of a document is compiled to, for each combination of the variables that decide directives.

    Not at once, for most documents that come once never do again, and compiling one takes as long as validating it. But
    a subscription has many events, and variables that hold much take long to be read in another way.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._document = document
        self._operation = operation
        declared = {each.variable.name.value: each for each in operation.variable_definitions or ()}
        self._deciding = {name: declared[name] for name in deciding_variables(document) if name in declared}
        self._waits = 0 if operation.operation is OperationType.SUBSCRIPTION else COMPILED_AT - 1
        self._came: dict[tuple[bool, ...], int] = {}
        self._compiled: dict[tuple[bool, ...], CompiledOperation | None] = {}

    def of(self, sent: Mapping[str, Any], *, at_once: bool = False) -> CompiledOperation | None:
        """The operation for some variables, or None for one that graphql-core is to execute."""
        choices = {name: _choice(definition, sent) for name, definition in self._deciding.items()}
        if not all(isinstance(choice, bool) for choice in choices.values()):
            return None
        key = tuple(choices.values())
        if key in self._compiled:
            return self._compiled[key]
        came = self._came.setdefault(key, 0) if len(self._came) < MOST_VARIANTS else self._came.get(key)
        if came is None:
            return None
        if came < self._waits and not at_once:
            self._came[key] = came + 1
            return None
        compiled = self._compiled[key] = self._attempt(choices)
        return compiled

    def _attempt(self, choices: _Choices) -> CompiledOperation | None:
        try:
            return _compiled(self._schema, self._document, self._operation, choices)
        except Unsupported:
            return None


def _choice(definition: VariableDefinitionNode, sent: Mapping[str, Any]) -> Any:
    default = definition.default_value
    return sent.get(definition.variable.name.value, default.value if isinstance(default, BooleanValueNode) else None)


def _compiled(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, choices: _Choices
) -> CompiledOperation:
    selections = Selections(schema, document, choices)
    program = Program(schema, operation, selections.fragments)
    root = cast("GraphQLObjectType", schema.get_root_type(operation.operation))
    variables = {each.variable.name.value: _variable(schema, each) for each in operation.variable_definitions or ()}
    writers = Writers(program, selections)
    asked = selections.fields(root, [operation.selection_set])
    named = [(field, _resolver(program, root, field), writers.root(root, field)) for field in asked]
    made = writers.made()
    return CompiledOperation(
        variables,
        tuple(
            RootField(field.key, resolver, made[written.name], written.is_async) for field, resolver, written in named
        ),
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
