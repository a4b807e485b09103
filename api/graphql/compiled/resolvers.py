"""Calls of the resolvers of fields, their arguments read from the document and from the variables."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    is_required_argument,
)
from graphql.pyutils import Path
from strawberry import Info
from strawberry.execution import optimized_is_awaitable
from strawberry.types.field import StrawberryField

from api.graphql.compiled.inputs import ABSENT, Values, literal
from api.graphql.compiled.selections import Field, Unsupported
from api.graphql.library_internals import declaration
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One execution of an operation: what its variables hold, and what its resolvers work with."""

    values: Values
    context: object


@dataclass(frozen=True, slots=True)
class Program:
    """What resolvers may want to know of the operation."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]


@dataclass(frozen=True, slots=True)
class Resolver:
    """A field's resolver: what it is given, and what it makes of it, to be awaited if it is asynchronous."""

    given: Callable[[Call], dict[str, Any]]
    function: Callable[..., Any]
    takes_object: bool
    is_async: bool

    def __call__(self, source: object, at: Call) -> Any:
        """The field of an object."""
        return self.resolve(source, self.given(at))

    def resolve(self, source: object, given: dict[str, Any]) -> Any:
        """The field of an object by what `given` gave."""
        return self.function(source, **given) if self.takes_object else self.function(**given)


def declared_field(field: GraphQLField) -> StrawberryField:
    """How a field was declared. Raises Unsupported for what Strawberry resolves in ways of its own."""
    declared = declaration(field)
    if not isinstance(declared, StrawberryField) or declared.extensions:
        raise Unsupported("a field with extensions")
    return declared


def resolver(program: Program, parent: GraphQLObjectType, asked: Field) -> Resolver:
    """The resolver of a field that has one."""
    field = parent.fields[asked.name]
    declared = declared_field(field)
    base = declared.base_resolver
    if base is None or base.root_parameter or base.parent_parameter:
        raise Unsupported("a resolver that takes its object by name")
    arguments = _arguments(field, asked.nodes[0])
    if base.info_parameter:
        arguments = _with_info(arguments, base.info_parameter.name, _info(program, parent, asked))
    return Resolver(
        arguments, cast("Callable[..., Any]", base.wrapped_func), bool(base.self_parameter), declared.is_async
    )


def _with_info(
    arguments: Callable[[Call], dict[str, Any]], name: str, info: Callable[[Call], Info[Any, Any]]
) -> Callable[[Call], dict[str, Any]]:
    return lambda at: arguments(at) | {name: info(at)}


def _info(program: Program, parent: GraphQLObjectType, asked: Field) -> Callable[[Call], Info[Any, Any]]:
    """What makes the `Info` of a field: as that of graphql-core, but for the path above the field.

    Variables hold what was read of them.
    """
    field, nodes, path = parent.fields[asked.name], list(asked.nodes), Path(None, asked.key, parent.name)
    declared = declared_field(field)

    def info(at: Call) -> Info[Any, Any]:
        raw: GraphQLResolveInfo[Any] = GraphQLResolveInfo(
            asked.name,
            nodes,
            field.type,
            parent,
            path,
            program.schema,
            cast("dict[str, FragmentDefinitionNode]", program.fragments),
            None,
            program.operation,
            cast("Any", at.values),
            at.context,
            cast("Any", optimized_is_awaitable),
            None,
            cast("Any", None),
        )
        return Info(_raw_info=raw, _field=declared)

    return info


def _arguments(field: GraphQLField, node: FieldNode) -> Callable[[Call], dict[str, Any]]:
    """What reads the arguments that are sent; the resolver itself knows what is taken for others."""
    takers = [
        (declaration(argument).python_name, literal(sent.value, argument.type), is_required_argument(argument))
        for sent in node.arguments or ()
        if (argument := field.args[sent.name.value])
    ]

    def arguments(at: Call) -> dict[str, Any]:
        given = {}
        for name, take, is_required in takers:
            value = take(at.values)
            if value is not ABSENT:
                given[name] = value
            elif is_required:
                raise ValueError(f"{name} has no value")
        return given

    return arguments
