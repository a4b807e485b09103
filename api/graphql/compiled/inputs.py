"""Readers of what clients send: JSON values and literals become the inputs that resolvers take.

A reader raises whatever it likes for what does not fit; graphql-core then says what is wrong with it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_required_input_field,
)
from graphql.utilities import coerce_input_literal
from strawberry.types.base import StrawberryObjectDefinition

from api.graphql.compiled.selections import Unsupported
from api.graphql.library_internals import declaration

Read = Callable[[Any], object]
Values = Mapping[str, object]
"""What an operation's variables hold, by name, those that have a value."""

Take = Callable[[Values], object]
"""The value of a literal among the values of variables; `ABSENT` for a variable that has none."""

ABSENT: Any = object()


def reader(kind: GraphQLInputType) -> Read:
    """What reads a JSON value of a type."""
    if isinstance(kind, GraphQLNonNull):
        return _plain_reader(kind.of_type)
    read = _plain_reader(kind)
    return lambda value: None if value is None else read(value)


def _plain_reader(kind: GraphQLInputType) -> Read:
    """What reads a value that may not be null."""
    if isinstance(kind, GraphQLScalarType):
        return kind.coerce_input_value
    if isinstance(kind, GraphQLEnumType):
        return {name: kind.coerce_input_value(name) for name in kind.values}.__getitem__
    if isinstance(kind, GraphQLList):
        return _list_reader(reader(kind.of_type))
    if isinstance(kind, GraphQLInputObjectType):
        return _object_reader(kind)
    raise Unsupported(f"the input {kind}")


def _list_reader(read_item: Read) -> Read:
    def read(value: Any) -> object:
        if value is None:
            raise ValueError("null is no list")
        return [read_item(item) for item in value] if isinstance(value, list) else [read_item(value)]

    return read


class _InputClass:
    """An input type: its class, which knows what is taken for fields left out, and its fields as clients name them."""

    def __init__(self, kind: GraphQLInputObjectType) -> None:
        declared = declaration(kind)
        if not isinstance(declared, StrawberryObjectDefinition):
            raise Unsupported(f"the input {kind}")
        self.cls: Callable[..., object] = declared.origin
        self.python_names = {name: declaration(field).python_name for name, field in kind.fields.items()}
        self.kinds = {name: field.type for name, field in kind.fields.items()}
        self.required = {
            self.python_names[name] for name, field in kind.fields.items() if is_required_input_field(field)
        }
        self._is_one_of = declared.is_one_of

    def make(self, given: dict[str, object]) -> object:
        """The input with these fields, by the names of Python."""
        if self._is_one_of and (len(given) != 1 or None in given.values()):
            raise ValueError("exactly one field is wanted")
        if not self.required <= given.keys():
            raise ValueError("a field is missing")
        return self.cls(**given)


@cache
def _object_reader(kind: GraphQLInputObjectType) -> Read:
    shape = _InputClass(kind)
    fields = {name: (python_name, reader(shape.kinds[name])) for name, python_name in shape.python_names.items()}

    def read(value: Any) -> object:
        given = {}
        for name, item in value.items():
            python_name, read_item = fields[name]
            given[python_name] = read_item(item)
        return shape.make(given)

    return read


def literal(node: ValueNode, kind: GraphQLInputType) -> Take:
    """What a literal of a document stands for."""
    if isinstance(node, VariableNode):
        return _variable(node.name.value, is_nullable=not isinstance(kind, GraphQLNonNull))
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(node, NullValueNode):
        return lambda _: None
    if isinstance(kind, GraphQLList):
        return _list(node, kind)
    if isinstance(kind, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        return _object(node, _InputClass(kind))
    return _leaf(node, kind)


def _variable(name: str, *, is_nullable: bool) -> Take:
    def take(values: Values) -> object:
        value = values.get(name, ABSENT)
        if value is None and not is_nullable:
            raise ValueError(f"${name} is null where it must not be")
        return value

    return take


def _list(node: ValueNode, kind: GraphQLList[Any]) -> Take:
    items = [literal(item, kind.of_type) for item in (node.values if isinstance(node, ListValueNode) else (node,))]

    def take(values: Values) -> object:
        taken = [item(values) for item in items]
        return [None if value is ABSENT else value for value in taken]

    return take


def _object(node: ObjectValueNode, shape: _InputClass) -> Take:
    fields = {
        shape.python_names[field.name.value]: literal(field.value, shape.kinds[field.name.value])
        for field in node.fields
    }

    def take(values: Values) -> object:
        taken = {name: field(values) for name, field in fields.items()}
        return shape.make({name: value for name, value in taken.items() if value is not ABSENT})

    return take


def _leaf(node: ValueNode, kind: GraphQLInputType) -> Take:
    value = coerce_input_literal(node, kind)
    if value is Undefined:
        raise Unsupported("a literal that does not fit")
    return lambda _: value
