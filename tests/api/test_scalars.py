"""What the scalars take, refuse and print."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from api.graphql.scalars import (
    SCALARS,
    parse_decimal,
    parse_figure,
    parse_instant,
    parse_uuid,
    serialize_decimal,
    serialize_instant,
    serialize_uuid,
)

NOON = datetime(2024, 1, 2, 12, 0, tzinfo=UTC)
AN_ID = UUID("123e4567-e89b-12d3-a456-426614174000")


@strawberry.type
class Echo:
    @strawberry.field
    def decimal(self, value: Decimal = Decimal("0.025")) -> Decimal:
        return value

    @strawberry.field
    def time(self, value: datetime = NOON) -> datetime:
        return value

    @strawberry.field
    def uuid(self, value: UUID) -> UUID:
        return value


schema = strawberry.Schema(Echo, config=StrawberryConfig(scalar_map=SCALARS))


def ask(query: str, variables: dict[str, Any] | None = None) -> tuple[Any, list[tuple[str, str]]]:
    result = schema.execute_sync(query, variables)
    errors = [(error.extensions["code"], error.message) for error in result.errors or () if error.extensions]
    return result.data, errors


def refused(parse: Any, value: object) -> str:
    with pytest.raises(GraphQLError) as caught:
        parse(value)
    assert caught.value.extensions == {"code": "BAD_USER_INPUT"}
    return caught.value.message


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("1.5", "1.5"),
        ("-3.50", "-3.50"),
        ("0", "0"),
        ("007", "7"),
        ("0.00000001", "0.00000001"),
        ("9999999999.99999999", "9999999999.99999999"),
        (150, "150"),
        (-9999999999, "-9999999999"),
        ("3.2E+2", "320"),
        ("1e-05", "0.00001"),
        ("1.2E-7", "0.00000012"),
        ("1.500000000000", "1.5"),
        ("50.11999893188477", "50.11999893188477"),
        ("0.1000000000000000055511151231257827021181583404541015625",) * 2,
        ("1e18", "1000000000000000000"),
        (10**18, "1000000000000000000"),
        ("0e-999", "0"),
    ],
)
def test_a_decimal_is_taken_from_strings_and_integers_as_libraries_write_them(sent: object, number: str) -> None:
    assert str(parse_decimal(sent)) == str(Decimal(number))


@pytest.mark.parametrize("sent", ["-0", "-0.00"])
def test_a_negative_zero_is_taken_as_zero(sent: str) -> None:
    assert str(parse_decimal(sent)) == "0"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "1_000",
        "1,000",
        ".5",
        "1.",
        "1e",
        "1e5.5",
        "1E+1000000",
        "NaN",
        "-Infinity",
        "0x10",
        "١",
        "--1",
    ],
)
def test_a_decimal_in_any_other_notation_is_refused(sent: str) -> None:
    assert refused(parse_decimal, sent) == f'A Decimal must be a number such as "1.5" or "3.2E-5", not {sent!r}.'


@pytest.mark.parametrize("sent", [None, True, False, [], {}, b"1"])
def test_a_decimal_of_another_type_is_refused(sent: object) -> None:
    assert refused(parse_decimal, sent) == 'A Decimal is a string, e.g. "1.5" or "3.2E-5", or an integer.'


@pytest.mark.parametrize("sent", [1.5, 1.0, float("nan"), float("inf")])
def test_a_float_is_refused_with_how_to_send_it(sent: float) -> None:
    assert refused(parse_decimal, sent) == (
        'A Decimal must not be sent as a float, which cannot hold it exactly: send a string, e.g. "1.5".'
    )


@pytest.mark.parametrize("sent", ["1000000000000000000.1", "-1e19", "1E+999", "9" * 80])
def test_a_decimal_is_at_most_ten_to_the_eighteenth(sent: str) -> None:
    shown = sent if len(sent) <= 40 else f"{sent[:40]}..."
    assert refused(parse_decimal, sent) == (
        f"A Decimal must be at most 1000000000000000000 in magnitude, not {shown!r}."
    )


@pytest.mark.parametrize("sent", [10**18 + 1, -(10**19), 10**4000], ids=["more", "less", "far more"])
def test_an_integer_is_at_most_ten_to_the_eighteenth(sent: int) -> None:
    assert refused(parse_decimal, sent) == "A Decimal must be at most 1000000000000000000 in magnitude."


@pytest.mark.parametrize("sent", ["1" * 81, "9" * 1_000_000, "0." + "0" * 100], ids=["81", "million", "places"])
def test_a_long_decimal_is_refused_by_its_length_alone(sent: str) -> None:
    assert refused(parse_decimal, sent) == (
        f'A Decimal must be a number such as "1.5" or "3.2E-5", not {sent[:40] + "..."!r}.'
    )


@pytest.mark.parametrize(
    ("sent", "figure"),
    [
        ("1.2833333333333334", "1.283333333333"),
        ("1.28E+1", "12.8"),
        ("0.0000000000005", "0"),
        ("0.0000000000015", "0.000000000002"),
        (66, "66"),
        ("-1e29", "-100000000000000000000000000000"),
    ],
)
def test_a_figure_is_rounded_half_even_to_12_places(sent: object, figure: str) -> None:
    assert serialize_decimal(parse_figure(sent)) == figure


@pytest.mark.parametrize("sent", ["1e31", 10**31, "x", 1.5, None])
def test_a_malformed_figure_is_refused(sent: object) -> None:
    assert refused(parse_figure, sent).startswith("A Figure ")


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("100.0200", "100.02"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("0E+3", "0"),
        ("-3.5", "-3.5"),
        ("1E+3", "1000"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
        ("0.123456789012", "0.123456789012"),
    ],
)
def test_a_decimal_is_printed_plainly(number: str, printed: str) -> None:
    assert serialize_decimal(Decimal(number)) == printed


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 1.5, 1, "1"])
def test_only_finite_decimals_are_printed(value: object) -> None:
    with pytest.raises(TypeError):
        serialize_decimal(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-9_999_999_999, max_value=9_999_999_999))
def test_every_decimal_that_is_printed_is_read_back_unchanged(number: Decimal) -> None:
    printed = serialize_decimal(number)
    assert parse_decimal(printed) == number
    assert serialize_decimal(parse_decimal(printed)) == printed


@given(st.text(max_size=40))
def test_a_text_is_a_decimal_or_is_refused(text: str) -> None:
    try:
        number = parse_decimal(text)
    except GraphQLError:
        return
    assert number == Decimal(text)


@pytest.mark.parametrize(
    ("sent", "instant"),
    [
        ("2024-01-02T14:30:00Z", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02T14:30Z", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02T14:30:00+00:00", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02T03:30:00+05:30", datetime(2024, 1, 1, 22, 0, tzinfo=UTC)),
        ("2024-01-02T14:30:00.5-05:00", datetime(2024, 1, 2, 19, 30, 0, 500_000, tzinfo=UTC)),
        ("2024-01-02T14:30:00.000001Z", datetime(2024, 1, 2, 14, 30, 0, 1, tzinfo=UTC)),
        ("2024-01-02t14:30:00z", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02 14:30:00Z", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02 15:30:00+0100", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02T15:30+01", datetime(2024, 1, 2, 14, 30, tzinfo=UTC)),
        ("2024-01-02T14:30:00.123456789Z", datetime(2024, 1, 2, 14, 30, 0, 123_456, tzinfo=UTC)),
        ("2024-01-02T14:30:00.999999999+00:00", datetime(2024, 1, 2, 14, 30, 0, 999_999, tzinfo=UTC)),
    ],
)
def test_a_datetime_is_taken_in_any_offset_and_kept_in_utc(sent: str, instant: datetime) -> None:
    taken = parse_instant(sent)
    assert taken == instant
    assert taken.tzinfo is UTC


def test_a_datetime_without_offset_is_refused_with_how_to_send_it() -> None:
    assert refused(parse_instant, "2024-01-02T14:30:00") == (
        'A DateTime needs its offset from UTC: end it with "Z" or an offset such as "+01:00", e.g. '
        "\"2024-01-02T14:30:00Z\"; '2024-01-02T14:30:00' has none."
    )


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "now",
        "2024-01-02",
        "20240102T143000Z",
        "2024-W01-1T00:00:00Z",
        "2024-01-02  14:30:00Z",
        "2024-01-02T14:30:00 Z",
        "2024-01-02T14:30:00.Z",
        "2024-01-02T14:30:00.1234567890Z",
        "2024-01-02T14:30:00Z\n",
    ],
)
def test_a_datetime_in_another_notation_is_refused(sent: str) -> None:
    assert refused(parse_instant, sent) == (
        f'A DateTime must be an ISO 8601 date and time such as "2024-01-02T14:30:00Z", not {sent!r}.'
    )


@pytest.mark.parametrize("sent", [None, True, 1704205800, 1704205800.5, []])
def test_a_datetime_of_another_type_is_refused(sent: object) -> None:
    assert refused(parse_instant, sent) == (
        'A DateTime is an ISO 8601 string with an offset, e.g. "2024-01-02T14:30:00Z".'
    )


@pytest.mark.parametrize(
    "sent", ["2024-02-30T00:00:00Z", "2024-01-02T24:00:00Z", "0001-01-01T00:00:00+23:59", "2024-01-02T00:00:00+24:00"]
)
def test_a_datetime_that_does_not_exist_is_refused(sent: str) -> None:
    assert refused(parse_instant, sent) == f"A DateTime: there is no such date and time: {sent!r}."


@pytest.mark.parametrize("sent", ["1799-12-31T23:59:59Z", "1800-01-01T00:00:00+01:00", "2200-01-01T00:00:00Z"])
def test_a_datetime_outside_the_supported_years_is_refused(sent: str) -> None:
    assert refused(parse_instant, sent) == f"A DateTime must be in the years 1800 to 2199; {sent!r} is not."


def test_a_long_datetime_is_refused_by_its_length_alone() -> None:
    assert refused(parse_instant, "2" * 1_000_000).endswith(f"not {'2' * 40 + '...'!r}.")


def test_a_datetime_is_printed_in_utc() -> None:
    half_past_two = datetime(2024, 1, 2, 15, 30, tzinfo=timezone(timedelta(hours=1)))
    assert serialize_instant(half_past_two) == "2024-01-02T14:30:00Z"
    assert serialize_instant(half_past_two.replace(microsecond=1)) == "2024-01-02T14:30:00.000001Z"


def test_a_naive_datetime_is_never_printed() -> None:
    with pytest.raises(TypeError):
        serialize_instant(datetime(2024, 1, 2))


@given(
    st.datetimes(
        min_value=datetime(1801, 1, 1),
        max_value=datetime(2199, 1, 1),
        timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_every_datetime_that_is_printed_is_read_back_unchanged(instant: datetime) -> None:
    assert parse_instant(serialize_instant(instant)) == instant
    assert parse_instant(instant.isoformat()) == instant


def test_a_uuid_is_taken_in_either_case_and_printed_in_lower_case() -> None:
    assert parse_uuid("123E4567-E89B-12D3-A456-426614174000") == AN_ID
    assert serialize_uuid(AN_ID) == "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "123e4567e89b12d3a456426614174000",
        "{123e4567-e89b-12d3-a456-426614174000}",
        "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
        "123e4567-e89b-12d3-a456-42661417400g",
        12,
        None,
    ],
)
def test_a_uuid_in_another_spelling_is_refused(sent: object) -> None:
    assert refused(parse_uuid, sent) == (
        'A UUID is a string of 32 hexadecimal digits, e.g. "123e4567-e89b-12d3-a456-426614174000".'
    )


def test_literals_and_variables_are_taken_alike() -> None:
    assert ask('{ decimal(value: "1.50") }') == ({"decimal": "1.5"}, [])
    assert ask("{ decimal(value: 150) }") == ({"decimal": "150"}, [])
    assert ask("query ($v: Decimal!) { decimal(value: $v) }", {"v": 150}) == ({"decimal": "150"}, [])
    assert ask('{ time(value: "2024-01-02T15:30:00+01:00") }') == ({"time": "2024-01-02T14:30:00Z"}, [])
    assert ask(f'{{ uuid(value: "{AN_ID}") }}') == ({"uuid": str(AN_ID)}, [])


def test_defaults_are_printed_as_they_are_sent() -> None:
    assert ask("{ decimal time }") == ({"decimal": "0.025", "time": "2024-01-02T12:00:00Z"}, [])
    assert 'decimal(value: Decimal! = "0.025"): Decimal!' in schema.as_str()
    assert 'time(value: DateTime! = "2024-01-02T12:00:00Z"): DateTime!' in schema.as_str()


@pytest.mark.parametrize("literal", ["1.5", "1e3", "true", "BIG", "[1]", "99999999999999999999999", '"NaN"'])
def test_a_bad_literal_is_a_bad_user_input_at_its_place(literal: str) -> None:
    result = schema.execute_sync(f"{{ decimal(value: {literal}) }}")
    assert result.data is None
    assert [error.extensions for error in result.errors or ()] == [{"code": "BAD_USER_INPUT"}]
    assert [error.locations[0].column for error in result.errors or () if error.locations] == [18]


def test_a_bad_variable_is_a_bad_user_input_that_names_the_variable() -> None:
    data, errors = ask("query ($v: Decimal!) { decimal(value: $v) }", {"v": 1.5})
    assert data is None
    assert errors == [
        (
            "BAD_USER_INPUT",
            "Variable '$v' has invalid value: A Decimal must not be sent as a float, which cannot hold it exactly: "
            'send a string, e.g. "1.5".',
        )
    ]


def test_the_scalars_say_where_they_are_specified() -> None:
    printed = schema.as_str()
    assert 'scalar Decimal @specifiedBy(url: "https://www.w3.org/TR/xmlschema11-2/#decimal")' in printed
    assert 'scalar DateTime @specifiedBy(url: "https://datatracker.ietf.org/doc/html/rfc3339")' in printed
    assert 'scalar UUID @specifiedBy(url: "https://datatracker.ietf.org/doc/html/rfc9562")' in printed
