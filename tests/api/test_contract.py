"""The names and shapes that clients rely on: whatever else the schema holds, it holds these."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    build_schema,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
    parse,
    validate,
)
from graphql.utilities import coerce_input_literal

from api.graphql.schema import printed
from api.web.examples import Example, examples

ROOT = Path(__file__).parents[2]
CONTRACT = build_schema((Path(__file__).parent / "contract.graphql").read_text())
SCHEMA = build_schema(printed())

INPUTS_WHERE_ABSENT_IS_NOT_NULL = ["SettingsInput", "SlippageInput", "CommissionInput"]


def own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: value
        for name, value in schema.type_map.items()
        if not is_introspection_type(value) and not is_specified_scalar_type(value)
    }


def test_the_schema_that_is_checked_in_is_the_one_that_is_served() -> None:
    assert (ROOT / "schema.graphql").read_text() == printed()


@pytest.mark.parametrize("name", sorted(own_types(CONTRACT)))
def test_the_schema_keeps_the_contract(name: str) -> None:
    assert list(breaches(CONTRACT.type_map[name], SCHEMA.type_map.get(name))) == []


@pytest.mark.parametrize("name", INPUTS_WHERE_ABSENT_IS_NOT_NULL)
def test_what_is_left_out_of_settings_has_no_default_for_that_would_restore_one(name: str) -> None:
    settings = SCHEMA.type_map[name]
    assert isinstance(settings, GraphQLInputObjectType)
    assert [field for field, value in settings.fields.items() if value.default is not None] == []


def test_everything_in_the_schema_is_described() -> None:
    assert [name for name, description in descriptions(SCHEMA) if not description] == []


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.query.split("\n", 1)[0][:40])
def test_the_examples_of_the_pages_are_valid(example: Example) -> None:
    assert validate(SCHEMA, parse(example.query)) == []


@pytest.mark.parametrize(
    ("served", "complaint"),
    [
        ("{ id: ID! }", "Thing.size is missing"),
        ("{ id: ID! size: Int! }", "Thing.size(unit:) is missing"),
        ('{ id: ID! size(unit: String! = "m"): Int }', "Thing.size is Int, not Int!"),
        ('{ id: ID! size(unit: String = "m"): Int! }', "Thing.size(unit:) is String, not String!"),
        ('{ id: ID! size(unit: String! = "ft"): Int! }', "Thing.size(unit:) defaults to ft, not m"),
        ('{ id: ID! size(unit: String! = "m", of: ID!): Int! }', "Thing.size(of:) is required"),
    ],
)
def test_a_breach_of_the_contract_would_be_detected(served: str, complaint: str) -> None:
    frame = "interface Node { id: ID! } type Query { node: Node } type Thing implements Node"
    contract = build_schema(f'{frame} {{ id: ID! size(unit: String! = "m"): Int! }}')
    schema = build_schema(f"{frame} {served}")
    assert complaint in list(breaches(contract.type_map["Thing"], schema.type_map["Thing"]))


def breaches(wanted: GraphQLNamedType, actual: GraphQLNamedType | None) -> Iterator[str]:
    """What a client of `wanted` would miss in `found`, which may hold more."""
    if type(wanted) is not type(actual):
        yield f"{wanted.name} is a {type(actual).__name__}"
        return
    match wanted, actual:
        case GraphQLEnumType(), GraphQLEnumType():
            yield from (f"{wanted}.{value} is missing" for value in wanted.values if value not in actual.values)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            if wanted.is_one_of != actual.is_one_of:
                yield f"{wanted} has changed its being oneOf"
            yield from breached_inputs(f"{wanted}.", "", wanted.fields, actual.fields)
        case ((GraphQLObjectType() | GraphQLInterfaceType()), (GraphQLObjectType() | GraphQLInterfaceType())):
            yield from breached_fields(wanted, actual)


def breached_fields(
    wanted: GraphQLObjectType | GraphQLInterfaceType, actual: GraphQLObjectType | GraphQLInterfaceType
) -> Iterator[str]:
    kept = {interface.name for interface in actual.interfaces}
    yield from (f"{wanted} is no longer a {interface}" for interface in wanted.interfaces if interface.name not in kept)
    for name, field in wanted.fields.items():
        if name not in actual.fields:
            yield f"{wanted}.{name} is missing"
            continue
        if str(field.type) != str(actual.fields[name].type):
            yield f"{wanted}.{name} is {actual.fields[name].type}, not {field.type}"
        yield from breached_inputs(f"{wanted}.{name}(", ":)", field.args, actual.fields[name].args)


def breached_inputs(
    before: str,
    after: str,
    wanted: dict[str, Any],
    actual: dict[str, Any],
) -> Iterator[str]:
    for name, value in wanted.items():
        if name not in actual:
            yield f"{before}{name}{after} is missing"
        elif str(value.type) != str(actual[name].type):
            yield f"{before}{name}{after} is {actual[name].type}, not {value.type}"
        elif default_of(value) != default_of(actual[name]):
            yield f"{before}{name}{after} defaults to {default_of(actual[name])}, not {default_of(value)}"
    yield from (f"{before}{name}{after} is required" for name in actual.keys() - wanted if is_required(actual[name]))


def is_required(value: GraphQLArgument | GraphQLInputField) -> bool:
    return is_required_argument(value) if isinstance(value, GraphQLArgument) else is_required_input_field(value)


def default_of(value: GraphQLArgument | GraphQLInputField) -> object:
    """What leaving it out means; a null in it is the same as nothing."""
    if value.default is None or value.default.literal is None:
        return None
    return without_nulls(coerce_input_literal(value.default.literal, value.type))


def without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return None if value is Undefined else value


def descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for name, value in own_types(schema).items():
        yield name, value.description
        for part, described in parts_of(value):
            yield f"{name}.{part}", described.description


def parts_of(kind: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    match kind:
        case GraphQLEnumType():
            yield from kind.values.items()
        case GraphQLObjectType() | GraphQLInterfaceType():
            for name, field in kind.fields.items():
                yield name, field
                yield from ((f"{name}({arg}:)", value) for arg, value in field.args.items())
        case GraphQLInputObjectType():
            yield from kind.fields.items()
