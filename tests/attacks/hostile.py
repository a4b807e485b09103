"""Bodies that are small to send and would be costly to carry out, each with what the server answers instead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INGEST = "mutation Ingest($input: IngestBarsInput!) { ingestBars(input: $input) { applied } }"
RECORD = "mutation Record($input: RecordBacktestInput!) { recordBacktest(input: $input) { errors { code } } }"
PREVIEW = "query Preview($input: ExecuteSignalInput!) { previewSignal(input: $input) { accepted } }"
TRADES = "query Trades($reasons: [ExitReason!]) { trades(filter: {exitReasons: $reasons}) { totalCount } }"

A_BAR = {
    "symbol": "ACME",
    "start": "2024-01-02T14:30:00Z",
    "end": "2024-01-02T14:31:00Z",
    "open": "100.25",
    "high": "101.5",
    "low": "99.75",
    "close": "100.5",
    "volume": "12345",
}
A_POINT = {"time": "2024-01-02T14:30:00Z", "equity": "1"}
FIGURES = [
    *("name", "cash", "equity", "buyingPower", "totalPnl", "realizedPnl", "unrealizedPnl", "commission", "slippage"),
    *("heatPercent", "openPositions", "workingSignals", "tradeCount", "winningTrades", "losingTrades", "winRate"),
    *("averageR", "peakEquity", "maxDrawdown", "currentDrawdown"),
]


TOO_SAME = (
    "The document asks for the same so often that more than 1500 pairs of fields would have to be compared; ask for "
    "each field once."
)
TOO_MANY_VALUES = "The body has more than the 120000 values that are taken at once."
NO_JSON = "The body is not JSON in UTF-8."
INTROSPECTED = "The document asks for `description` under several names inside an introspection; ask for it once."


@dataclass(frozen=True)
class Hostile:
    """A request's body, and the code and message of its first error; `errors` is the number of its errors."""

    body: bytes
    code: str
    message: str
    errors: int = 1


def posted(query: str, operation: str | None = None, **variables: Any) -> bytes:
    """The body of a request."""
    sent = {"query": query, "variables": variables, "operationName": operation}
    return json.dumps(sent, separators=(",", ":")).encode()


def with_variable(text: str) -> bytes:
    """The body of a request whose one variable is a text of JSON."""
    return b'{"query":"{ __typename }","variables":{"v":' + text.encode() + b"}}"


def under_one_name(names: list[str]) -> str:
    """Fields of an account that are all answered as `a`."""
    return "{ account { " + " ".join(f"a: {name}" for name in names) + " } }"


def fragments(count: int, fields: int) -> str:
    """Fragments whose fields of one name conflict with those of every other fragment."""
    spread = " ".join(f"...f{number}" for number in range(count))
    bodies = (
        f"fragment f{number} on Account {{ "
        + " ".join(f"x{field}: {FIGURES[(number + field) % len(FIGURES)]}" for field in range(fields))
        + " }"
        for number in range(count)
    )
    return f"{{ account {{ {spread} }} }} {' '.join(bodies)}"


def aliases(count: int, of: str) -> str:
    """A field of an introspection under many names."""
    return " ".join(f"a{number}: {of}" for number in range(count))


def circles(count: int) -> str:
    """Fragments each of which spreads all others, every time below another name."""
    bodies = (
        f"fragment f{number} on Account {{ name "
        + " ".join(f"s{other}: session {{ ...f{other} }}" for other in range(count))
        + " }"
        for number in range(count)
    )
    return f"{{ account {{ ...f0 }} }} {' '.join(bodies)}"


def _documents() -> Mapping[str, Hostile]:
    limit, invalid = "LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED"
    keys = " ".join(f"key{number}: 1" for number in range(800))
    return {
        "590 fields under one name": Hostile(posted(under_one_name(["name"] * 590)), limit, TOO_SAME),
        "590 fields in conflict": Hostile(posted(under_one_name(["name", "cash"] * 295)), limit, TOO_SAME),
        "49 root fields under one name": Hostile(
            posted("{ " + "a: account { b: name c: cash d: equity } " * 49 + "}"), limit, TOO_SAME
        ),
        "25 fragments in conflict": Hostile(posted(fragments(25, 20)), limit, TOO_SAME),
        "100 fragments in conflict": Hostile(posted(fragments(100, 5)), limit, TOO_SAME),
        "fragments in circles": Hostile(
            posted(circles(6)), limit, "The document spreads its fragments over very many places."
        ),
        "a literal of 800 unknown keys": Hostile(
            posted(f"{{ previewSignal(input: {{ {keys} }}) {{ accepted }} }}"),
            limit,
            "The document has an object of 800 keys, where 100 are allowed.",
        ),
        "a literal list of 2400 wrong values": Hostile(
            posted("{ account(name: [" + "1 " * 2_400 + "]) { name } }"),
            limit,
            "The document has a list of 2400 values, where 1000 are allowed.",
        ),
        "500 descriptions of each type": Hostile(
            posted(f"{{ __schema {{ types {{ {aliases(500, 'description')} }} }} }}"), limit, INTROSPECTED
        ),
        "200 descriptions of each field": Hostile(
            posted(f"{{ __schema {{ types {{ fields {{ {aliases(200, 'description')} }} }} }} }}"), limit, INTROSPECTED
        ),
        "150 operations with the same fragments": Hostile(
            posted(" ".join(f"query q{number} {{ ...f }}" for number in range(150)) + " fragment f on Query { clock }"),
            limit,
            "The document has 150 operations, where 50 are allowed.",
        ),
        "590 unknown fields": Hostile(
            posted("{ account { " + " ".join(f"equit{number}" for number in range(590)) + " } }"),
            invalid,
            "Cannot query field 'equit0' on type 'Account'. Did you mean 'equity'?",
            errors=2,
        ),
        "600 unknown arguments": Hostile(
            posted("{ account(" + " ".join(f"nam{number}: 1" for number in range(600)) + ") { name } }"),
            invalid,
            "Unknown argument 'nam0' on field 'Query.account'. Did you mean 'name'?",
            errors=2,
        ),
        "a document of 4 MB": Hostile(
            posted("{ clock }" + " " * 3_900_000),
            limit,
            "The document has 3900009 characters, where 100000 are allowed.",
        ),
        "a document of 49000 comments": Hostile(
            posted("#\n" * 49_000 + "{ clock }"), limit, "The document has 49000 lines, where 5000 are allowed."
        ),
        "a document of 40000 tokens": Hostile(
            posted("{ " + "a " * 40_000 + "}"),
            "GRAPHQL_PARSE_FAILED",
            "Syntax Error: Document contains more than 2500 tokens. Parsing aborted.",
        ),
        "an operation name of 4 MB": Hostile(
            posted("{ clock }", "x" * 3_900_000),
            "BAD_REQUEST",
            "`operationName` has 3900000 characters, where 200 are allowed.",
        ),
    }


def _variables() -> Mapping[str, Hostile]:
    limit, large = "LIMIT_EXCEEDED", "PAYLOAD_TOO_LARGE"
    return {
        "800 unknown keys": Hostile(
            posted(PREVIEW, input={f"key{number}": 1 for number in range(800)}),
            limit,
            "An object has at most 100 keys; $input has 800.",
        ),
        "115000 unknown keys": Hostile(
            posted(PREVIEW, input={f"key{number}": 1 for number in range(115_000)}),
            limit,
            "An object has at most 100 keys; $input has 115000.",
        ),
        "a key of 3.9 MB": Hostile(
            posted(PREVIEW, input={"x" * 3_900_000: 1}),
            limit,
            "A name has at most 200 characters; one in $input has 3900000.",
        ),
        "an enumeration's name of 3.9 MB": Hostile(
            posted(TRADES, reasons=["x" * 3_900_000]),
            limit,
            "A name has at most 200 characters; one in $reasons has 3900000.",
        ),
        "13000 bars": Hostile(
            posted(INGEST, input={"bars": [A_BAR] * 13_000}),
            limit,
            "Send at most 5000 values at once as $input.bars, not 13000.",
        ),
        "27000 bars": Hostile(posted(INGEST, input={"bars": [A_BAR] * 26_000}), large, TOO_MANY_VALUES),
        "5000 bars, 50 times": Hostile(
            posted(
                "mutation Ingest($input: IngestBarsInput!) { "
                + " ".join(f"a{number}: ingestBars(input: $input) {{ applied }}" for number in range(50))
                + " }",
                input={"bars": [A_BAR] * 5_000},
            ),
            limit,
            "The variables hold 250000 values in lists, each counted as often as it is used, where 12000 are taken at "
            "once.",
        ),
        "35000 curve points": Hostile(
            posted(RECORD, input={"name": "x", "metrics": {}, "curve": [A_POINT] * 35_000}),
            limit,
            "Send at most 1000 values at once as $input.curve, not 35000.",
        ),
        "50000 curve points": Hostile(
            posted(RECORD, input={"name": "x", "metrics": {}, "curve": [A_POINT] * 50_000}), large, TOO_MANY_VALUES
        ),
        "75000 names": Hostile(
            posted(TRADES, reasons=["STOP_LOSS"] * 75_000),
            limit,
            "Send at most 1000 values at once as $reasons, not 75000.",
        ),
        "55000 empty objects": Hostile(
            posted(INGEST, input={"bars": [{}] * 55_000}),
            limit,
            "Send at most 5000 values at once as $input.bars, not 55000.",
        ),
        "400000 empty objects": Hostile(posted(INGEST, input={"bars": [{}] * 400_000}), large, TOO_MANY_VALUES),
        "1.3 million lists": Hostile(with_variable("[" + "[]," * 1_300_000 + "[]]"), large, TOO_MANY_VALUES),
        "2 million lists in each other": Hostile(
            with_variable("[" * 2_000_000 + "]" * 2_000_000), large, TOO_MANY_VALUES
        ),
        "100000 lists in each other": Hostile(with_variable("[" * 100_000 + "]" * 100_000), "BAD_REQUEST", NO_JSON),
        "a batch of 1 million": Hostile(b"[" + b"{}," * 1_000_000 + b"{}]", large, TOO_MANY_VALUES),
        "900 integers of 4300 digits": Hostile(
            with_variable("[" + ",".join(["9" * 4_300] * 900) + "]"),
            large,
            "The body has a number of 4300 digits, where 100 are read.",
        ),
        "5000 bars of floats": Hostile(
            posted(INGEST, input={"bars": [{**A_BAR, "open": 1.5}] * 5_000}),
            "BAD_USER_INPUT",
            "Variable '$input' has invalid value at .bars[0].open: A Decimal must not be sent as a float, which cannot "
            'hold it exactly: send a string, e.g. "1.5".',
            errors=11,
        ),
    }


HOSTILE: Mapping[str, Hostile] = {**_documents(), **_variables()}
LARGEST_ANSWER = 4_000
"""Bytes that an answer to any of them may have."""
