"""What a document may ask for, and that checking it is quick."""

from typing import Any

import pytest
from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionSetNode,
    TypeInfo,
    ValidationContext,
    get_introspection_query,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.execution.documents import Documents, InvalidDocument
from api.graphql.execution.limits import Measure, measure
from tests.api.toy import schema

FULL_INTROSPECTION = get_introspection_query(
    descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True
)


def verdict(document: str) -> list[tuple[Any, str]]:
    judged = Documents(schema._schema).judge(document)
    errors = judged.errors if isinstance(judged, InvalidDocument) else ()
    return [((error.extensions or {}).get("code"), error.message) for error in errors]


def measured(document: str) -> Measure:
    parsed = parse(document)
    context = ValidationContext(schema._schema, parsed, TypeInfo(schema._schema), lambda error: None)
    return measure(context)[0]


def test_an_ordinary_document_passes() -> None:
    assert verdict("{ ping leaves(first: 10) { number leaves { number } } }") == []


def test_the_introspection_of_graphiql_passes() -> None:
    assert verdict(FULL_INTROSPECTION) == []


def test_introspecting_many_times_in_one_document_is_refused() -> None:
    body, fragments = FULL_INTROSPECTION.split("fragment", 1)
    inner = body[body.index("{") + 1 : body.rindex("}")]
    thrice = "query { " + " ".join(f"s{n}: {inner.strip()}" for n in range(3)) + " } fragment" + fragments
    [(code, message)] = verdict(thrice)
    assert code == "LIMIT_EXCEEDED"
    assert message.endswith("fields in all, where 600 are allowed; ask for less, or for smaller pages.")


def test_pages_multiply() -> None:
    assert measured("{ leaves(first: 10) { number leaves(first: 3) { number } } }") == Measure(
        width=1, fields=4, depth=3, values=1 + 10 * (1 + 1 + 3), introspected=0
    )


@pytest.mark.parametrize(
    ("page", "values"), [("", 51), ("(first: 7)", 8), ("(first: $n)", 101), ("(first: 101)", 101), ("(first: -1)", 101)]
)
def test_a_page_counts_as_written_else_its_default_else_the_largest(page: str, values: int) -> None:
    assert measured(f"query ($n: Int!) {{ leaves{page} {{ number }} }}").values == values


def test_too_many_values_are_refused() -> None:
    assert verdict("{ leaves(first: 100) { leaves(first: 100) { leaves(first: 100) { number } } } }") == [
        (
            "LIMIT_EXCEEDED",
            "The document asks for 1010101 values in its answer, where 50000 are allowed; ask for less, or for "
            "smaller pages.",
        )
    ]


def test_too_many_root_fields_are_refused_under_any_alias() -> None:
    fifty = " ".join(f"a{n}: ping" for n in range(50))
    assert verdict(f"{{ {fifty} }}") == []
    assert [code for code, _ in verdict(f"{{ {fifty} ping }}")] == ["LIMIT_EXCEEDED"]
    hidden = f"{{ ...a ping }} fragment a on Query {{ ... on Query {{ {fifty} }} }}"
    assert [code for code, _ in verdict(hidden)] == ["LIMIT_EXCEEDED"]


def test_a_document_that_is_too_deep_is_refused() -> None:
    def nested(depth: int) -> str:
        return "{ " + "leaves(first: 1) { " * (depth - 1) + "number" + " }" * depth

    assert verdict(nested(15)) == []
    assert [code for code, _ in verdict(nested(16))] == ["LIMIT_EXCEEDED"]
    assert [code for code, _ in verdict(nested(150))] == ["LIMIT_EXCEEDED"]


def test_a_document_that_is_too_long_is_refused_before_it_is_parsed() -> None:
    assert verdict("{ ping #" + "x" * 100_000 + "\n}") == [
        ("LIMIT_EXCEEDED", "The document has 100010 characters, where 100000 are allowed.")
    ]
    assert verdict("{" + " ping" * 2_500 + "}") == [
        (None, "Syntax Error: Document contains more than 2500 tokens. Parsing aborted.")
    ]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_document_of_very_many_lines_is_refused_before_it_is_parsed(end: str) -> None:
    assert verdict(f"#{end}" * 5_000 + "{ ping }") == []
    assert verdict(f"#{end}" * 5_001 + "{ ping") == [
        ("LIMIT_EXCEEDED", "The document has 5001 lines, where 5000 are allowed.")
    ]


def test_fragments_that_double_forty_times_are_refused_without_being_walked() -> None:
    doubling = " ".join(
        f"fragment f{n} on Leaf {{ a: leaves {{ ...f{n + 1} }} b: leaves {{ ...f{n + 1} }} }}" for n in range(40)
    )
    assert verdict(f"{{ leaves {{ ...f0 }} }} {doubling} fragment f40 on Leaf {{ number }}") == [
        (
            "LIMIT_EXCEEDED",
            "The document asks for very many fields in all, where 600 are allowed; ask for less, or for smaller pages.",
        )
    ]


def test_a_long_chain_of_fragments_is_refused() -> None:
    chain = " ".join(f"fragment f{n} on Leaf {{ ...f{n + 1} }}" for n in range(200))
    assert verdict(f"{{ leaves {{ ...f0 }} }} {chain} fragment f200 on Leaf {{ number }}") == [
        ("LIMIT_EXCEEDED", "The document nests its selections and fragments too deeply.")
    ]


def test_circular_fragments_are_left_to_the_rule_that_names_them() -> None:
    circle = "{ leaves { ...a } } fragment a on Leaf { ...b } fragment b on Leaf { ...a number }"
    assert [message for _, message in verdict(circle)] == ["Cannot spread fragment 'a' within itself via 'b'."]


def test_an_unused_fragment_is_held_to_the_limits_too() -> None:
    many = " ".join(f"a{n}: number" for n in range(601))
    codes = [code for code, _ in verdict(f"{{ ping }} fragment a on Leaf {{ {many} }}")]
    assert codes == ["LIMIT_EXCEEDED"]


def test_a_text_is_parsed_and_judged_once() -> None:
    documents = Documents(schema._schema)
    assert documents.judge("{ ping p: ping }") is documents.judge("{ ping p: ping }")


@pytest.mark.parametrize(
    "text", ["{ pong }", "{ ping", "{ ...a } fragment a on Query { ...a }", "{ a: ping a: fault }"]
)
def test_a_text_that_was_refused_is_remembered_as_refused(text: str) -> None:
    documents = Documents(schema._schema)
    first = documents.judge(text)
    assert isinstance(first, InvalidDocument)
    assert documents.judge(text) is first


def test_as_many_texts_are_remembered_as_have_so_many_characters_in_all() -> None:
    documents = Documents(schema._schema)
    first = documents.judge("{ ping }")
    long = "#" + "x" * 99_000
    others = [f"{{ ping }} {long[: -len(str(n))]}{n}" for n in range(6)]
    kept = [documents.judge(text) for text in others]
    assert documents.judge("{ ping }") is not first
    assert documents.judge(others[5]) is kept[5]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A query whose fragments spread later fragments, in any pattern without a circle."""
    count = draw(st.integers(1, 5))

    def body(after: int) -> str:
        later = [f"...f{n}" for n in range(after, count)]
        parts = ["number", "leaves(first: 3) { number }", "... on Leaf { number }", *later]
        parts += [f"leaves(first: 2) {{ {spread} }}" for spread in later]
        return " ".join(draw(st.lists(st.sampled_from(parts), min_size=1, max_size=4)))

    fragments = " ".join(f"fragment f{n} on Leaf {{ {body(n + 1)} }}" for n in range(count))
    return f"{{ leaves(first: 2) {{ {body(0)} }} }} {fragments}"


def walked(definitions: tuple[Any, ...], node: SelectionSetNode) -> tuple[int, int]:
    """Fields and values by walking every spread again, as the limits must not."""
    fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
    fields = values = 0
    for selection in node.selections:
        if isinstance(selection, FragmentSpreadNode):
            inner = walked(definitions, fragments[selection.name.value].selection_set)
            fields, values = fields + inner[0], values + inner[1]
        elif isinstance(selection, FieldNode):
            times = int(selection.arguments[0].value.value) if selection.arguments else 1  # type: ignore[attr-defined]
            inner = walked(definitions, selection.selection_set) if selection.selection_set else (0, 0)
            fields, values = fields + 1 + inner[0], values + 1 + times * inner[1]
        else:
            inner = walked(definitions, selection.selection_set)  # type: ignore[attr-defined]
            fields, values = fields + inner[0], values + inner[1]
    return fields, values


@given(documents())
def test_measuring_each_fragment_once_equals_walking_every_spread(document: str) -> None:
    definitions = parse(document).definitions
    operation = definitions[0]
    assert isinstance(operation, ExecutableDefinitionNode)
    size = measured(document)
    assert (size.fields, size.values) == walked(definitions, operation.selection_set)
