"""What the variables of a request may hold, counted before any of it is read.

Reading a value costs far more than counting it, and a variable costs as much again wherever it is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    SKIP,
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    type_from_ast,
    visit,
)

from api.errors import Code
from api.graphql.errors import coded

LONGEST_LISTS = {"BarInput": 5_000, "QuoteInput": 5_000, "BacktestTradeInput": 10_000}
"""How many of a type are taken in one list; of others, `LONGEST_LIST`."""

LONGEST_LIST = 1_000
MOST_ITEMS = 12_000
LARGE_LIST = 200
KEYS = 100
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class DeclaredVariable:
    """A variable of an operation, and how often its document uses it."""

    name: str
    kind: object
    uses: int


def declared_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, uses: Mapping[str, int]
) -> tuple[DeclaredVariable, ...]:
    """The variables of an operation in a document that uses each so often."""
    named = [(item.variable.name.value, item.type) for item in operation.variable_definitions or ()]
    return tuple(DeclaredVariable(name, type_from_ast(schema, kind), uses.get(name, 1)) for name, kind in named)


def check_variables(declared: Sequence[DeclaredVariable], sent: Mapping[str, Any]) -> None:
    """Raises GraphQLError for variables that hold too much, each as often as it is used."""
    items = 0
    for variable in declared:
        items += variable.uses * _items(sent.get(variable.name), variable.kind, f"${variable.name}")
    if items > MOST_ITEMS:
        raise _too_much(
            f"The variables hold {items} values in lists, each counted as often as it is used, "
            f"where {MOST_ITEMS} are taken at once."
        )


def are_large(values: Mapping[str, Any]) -> bool:
    """Whether lists in some values, or a level below, are so long that they are read in a worker thread."""
    return has_long_list(values) or any(has_long_list(value) for value in values.values() if isinstance(value, dict))


def has_long_list(values: Mapping[str, Any]) -> bool:
    """Whether one of some values is so long a list."""
    lists = [value for value in values.values() if isinstance(value, list)]
    return max(map(len, lists), default=0) > LARGE_LIST


def uses_of(document: DocumentNode) -> Mapping[str, int]:
    """How often each variable is used in a document, its declarations left out."""
    uses = _Uses()
    visit(document, uses)
    return uses.count


class _Uses(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.count: dict[str, int] = {}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.count[node.name.value] = self.count.get(node.name.value, 0) + 1

    def enter_variable_definition(self, *_: object) -> object:
        return SKIP


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of the fields of an input type: all names, those that hold a name of an enumeration, those that hold more."""

    names: frozenset[str]
    enums: tuple[str, ...]
    nested: tuple[tuple[str, GraphQLInputType], ...]


@lru_cache(maxsize=256)
def _shape(kind: GraphQLInputObjectType) -> _Shape:
    named = {name: get_named_type(field.type) for name, field in kind.fields.items()}
    return _Shape(
        frozenset(named),
        tuple(name for name, of in named.items() if isinstance(of, GraphQLEnumType)),
        tuple(
            (name, field.type)
            for name, field in kind.fields.items()
            if isinstance(named[name], GraphQLInputObjectType) or isinstance(_nullable(field.type), GraphQLList)
        ),
    )


def _items(value: object, kind: object, path: str) -> int:
    """How many values the lists in a value hold."""
    kind = _nullable(kind)
    if isinstance(kind, GraphQLList):
        return _items_of_list(value, kind, path) if isinstance(value, list) else _items(value, kind.of_type, path)
    if isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        return _items_of_object(value, _shape(kind), path)
    if isinstance(kind, GraphQLEnumType):
        _require_name(value, path)
    return 0


def _items_of_list(value: list[object], kind: GraphQLList[Any], path: str) -> int:
    named, item_kind = get_named_type(kind), _nullable(kind.of_type)
    most = LONGEST_LISTS.get(named.name, LONGEST_LIST)
    if len(value) > most:
        raise _too_much(f"Send at most {most} values at once as {path}, not {len(value)}.")
    if isinstance(item_kind, GraphQLInputObjectType):
        shape = _shape(item_kind)
        objects = [item for item in value if isinstance(item, dict)]
        return len(value) + sum(_items_of_object(item, shape, path) for item in objects)
    return len(value) + sum(_items(item, item_kind, path) for item in value)


def _items_of_object(value: dict[str, Any], shape: _Shape, path: str) -> int:
    if not value.keys() <= shape.names:
        _require_few_names(value, path)
    for name in shape.enums:
        _require_name(value.get(name), path)
    return sum(_items(value[name], kind, f"{path}.{name}") for name, kind in shape.nested if name in value)


def _require_few_names(value: dict[str, Any], path: str) -> None:
    if len(value) > KEYS:
        raise _too_much(f"An object has at most {KEYS} keys; {path} has {len(value)}.")
    for name in value:
        _require_name(name, path)


def _require_name(value: object, path: str) -> None:
    """Refuse too long a name: for a suggestion, it would be compared with every name that there is."""
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise _too_much(f"A name has at most {LONGEST_NAME} characters; one in {path} has {len(value)}.")


def _nullable(kind: object) -> object:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _too_much(message: str) -> Exception:
    return coded(Code.LIMIT_EXCEEDED, message)
