"""A line of JSON is a bar or a quote, and nothing that it says is guessed or passed over."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from api.feeds.feed import Unusable
from api.feeds.json_lines import _SHOWN, read_line
from domain.market.bar import Bar
from domain.market.quote import Quote

START, END = datetime(2024, 1, 2, 14, 30, tzinfo=UTC), datetime(2024, 1, 2, 14, 31, tzinfo=UTC)
BAR = {
    "symbol": "AAPL",
    "start": "2024-01-02T14:30:00Z",
    "end": "2024-01-02T14:31:00Z",
    "open": 187.15,
    "high": "187.20",
    "low": 187.1,
    "close": 187.18,
    "volume": 12300,
}
QUOTE = {"symbol": "AAPL", "time": "2024-01-02T14:31:00Z", "price": 187.2}


def test_a_line_is_a_bar_or_a_quote() -> None:
    opened, high, low, close = map(Decimal, ("187.15", "187.20", "187.1", "187.18"))
    assert read_line(json.dumps(BAR)) == Bar("AAPL", START, END, opened, high, low, close, Decimal(12300))
    assert read_line("\ufeff" + json.dumps(QUOTE)) == Quote("AAPL", END, Decimal("187.2"))


@pytest.mark.parametrize("volume", [{"volume": None}, {"volume": ""}, {}])
def test_a_bar_may_have_no_volume(volume: dict[str, object]) -> None:
    bar = read_line(json.dumps({**{name: BAR[name] for name in BAR if name != "volume"}, **volume}))
    assert isinstance(bar, Bar)
    assert bar.volume is None


@pytest.mark.parametrize("name", ["open", "high", "low", "close", "volume"])
@pytest.mark.parametrize("value", [False, [], {}], ids=repr)
def test_a_figure_that_is_neither_number_nor_text_is_refused(name: str, value: object) -> None:
    line = json.dumps({**BAR, name: value})
    assert read_line(line) == Unusable("", f"{name} must be there, as a number or a text, in {line[:_SHOWN]!r}")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("half a li", "the line is not JSON: Expecting value: line 1 column 1 (char 0), in 'half a li'"),
        ("[1]", "a line is an object with a symbol, not [1], in '[1]'"),
        ('{"symbol": "DA", "symbol": "DB"}', '\'symbol\' is said twice, in \'{"symbol": "DA", "symbol": "DB"}\''),
        ('{"price": 1, "open": 1}', "a quote has no 'open', in '{\"price\": 1, \"open\": 1}'"),
        ('{"colume": 7}', "a bar has no 'colume': is it volume?, in '{\"colume\": 7}'"),
        ('{"symbol": "a b"}', 'symbol must be a ticker, in \'{"symbol": "a b"}\''),
    ],
)
def test_a_line_that_is_neither_is_told_with_its_reason(line: str, reason: str) -> None:
    assert read_line(line) == Unusable("", reason)
