"""Inputs with long lists are made as Strawberry would make them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import coerce_input_value
from strawberry.types.arguments import convert_argument

from api.graphql.market.inputs import IngestBarsInput, IngestQuotesInput
from api.graphql.reports.inputs import RecordBacktestInput
from api.graphql.schema import make_schema
from tests.attacks.hostile import A_BAR, A_POINT

SCHEMA = make_schema()
TRADE = {
    "symbol": "ACME",
    "side": "LONG",
    "quantity": "1",
    "entryTime": "2024-01-02T14:30:00Z",
    "entryPrice": "100",
    "exitTime": "2024-01-02T14:31:00Z",
    "exitPrice": 99,
    "realizedPnl": "-1",
}
INPUTS: list[tuple[type, Mapping[str, Any]]] = [
    (IngestBarsInput, {"bars": [A_BAR, {**A_BAR, "volume": None}]}),
    (IngestBarsInput, {"bars": []}),
    (IngestQuotesInput, {"quotes": [{"symbol": "ACME", "time": "2024-01-02T14:30:00Z", "price": "1"}]}),
    (RecordBacktestInput, {"name": "x", "metrics": {"winRate": "50"}}),
    (
        RecordBacktestInput,
        {
            "name": "x",
            "source": "y",
            "metrics": {},
            "trades": [TRADE, {**TRADE, "signalId": "123e4567-e89b-12d3-a456-426614174000", "commission": "0.5"}],
            "curve": [A_POINT],
        },
    ),
]


@pytest.mark.parametrize(("kind", "sent"), INPUTS)
def test_an_input_with_lists_is_what_strawberry_would_make_of_it(
    kind: Any, sent: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = coerce_input_value(dict(sent), SCHEMA._schema.type_map[kind.__name__])  # type: ignore[arg-type]
    registry = SCHEMA.schema_converter.scalar_registry
    made = convert_argument(value, kind, registry, SCHEMA.config)
    monkeypatch.setattr(kind, "__strawberry_definition__", replace(kind.__strawberry_definition__, from_input=None))
    assert made == convert_argument(value, kind, registry, SCHEMA.config)
    assert type(made) is kind


def test_the_values_of_an_item_are_those_that_were_read() -> None:
    value = coerce_input_value({"bars": [A_BAR]}, SCHEMA._schema.type_map["IngestBarsInput"])  # type: ignore[arg-type]
    made: Any = convert_argument(value, IngestBarsInput, SCHEMA.schema_converter.scalar_registry, SCHEMA.config)
    [bar] = made.bars
    assert (bar.start, bar.high) == (datetime(2024, 1, 2, 14, 30, tzinfo=UTC), Decimal("101.5"))
