"""Which columns of other tools' lists of trades hold what; each format is a table of its titles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

Titles = Mapping[str, Sequence[str]]

COSTS = ("commission", "fee", "swap", "taxes")
"""What a trade cost beside its prices, where a tool books that as amounts of their own: below zero, or earned."""


class RowKind(Enum):
    """What a row of a list is: a whole trade, the entry or the exit of one, or a deal that changes what is open."""

    TRADE = auto()
    END = auto()
    DEAL = auto()


@dataclass(frozen=True, slots=True)
class TradeFormat:
    """How a tool writes its trades.

    `columns` says under which titles, in small letters, a field stands; a title that ends with a space goes on with a
    currency. What is `optional` may be absent. The fields of `second` stand under the second column of a title that
    comes twice. A list `in_report` has a report's other lines above and below it. Where `profit_is_gross`, COSTS are
    not in it. Rows of the types that are `left_out` are no trades; `ends` says which ends other types of rows are.
    """

    title: str
    columns: Titles
    optional: Titles = field(default_factory=dict)
    kind: RowKind = RowKind.TRADE
    second: frozenset[str] = frozenset()
    in_report: bool = False
    profit_is_gross: bool = False
    left_out: frozenset[str] = frozenset()
    ends: Mapping[str, str] = field(default_factory=dict)

    def places(self, header: Sequence[str]) -> dict[str, int] | None:
        """Where each field stands in rows below a header; None if the header is another tool's."""
        titles = [title.strip().casefold() for title in header]
        needed = {name: self._place(titles, name, choices) for name, choices in self.columns.items()}
        beside = {name: self._place(titles, name, choices) for name, choices in self.optional.items()}
        if None in needed.values():
            return None
        return {name: place for name, place in {**needed, **beside}.items() if place is not None}

    def _place(self, titles: Sequence[str], name: str, choices: Sequence[str]) -> int | None:
        matches = (place for choice in choices for place, title in enumerate(titles) if _is_titled(title, choice))
        if name in self.second:
            next(matches, None)
        return next(matches, None)


def _is_titled(title: str, choice: str) -> bool:
    if choice.endswith(" "):
        return title.startswith(choice) and title[len(choice) :].isalpha()
    return title == choice


TRADING_VIEW = TradeFormat(
    "TradingView",
    {
        "number": ("trade #", "trade number"),
        "type": ("type",),
        "signal": ("signal",),
        "time": ("date/time", "date and time"),
        "price": ("price ", "price"),
        "quantity": ("position size (qty)", "size (qty)", "contracts", "quantity"),
        "realized_pnl": ("net p&l ", "profit ", "net p&l", "profit"),
    },
    kind=RowKind.END,
)

BACKTESTING_PY = TradeFormat(
    "backtesting.py",
    {
        "quantity": ("size",),
        "entry_price": ("entryprice",),
        "exit_price": ("exitprice",),
        "realized_pnl": ("pnl",),
        "entry_time": ("entrytime",),
        "exit_time": ("exittime",),
    },
    optional={"commission": ("commission",)},
)

VECTORBT = TradeFormat(
    "vectorbt",
    {
        "quantity": ("size",),
        "entry_time": ("entry timestamp", "entry index"),
        "entry_price": ("avg entry price",),
        "exit_time": ("exit timestamp", "exit index"),
        "exit_price": ("avg exit price",),
        "realized_pnl": ("pnl",),
        "side": ("direction",),
        "status": ("status",),
        "entry_fee": ("entry fees",),
        "exit_fee": ("exit fees",),
    },
    optional={"symbol": ("column",)},
)

FREQTRADE = TradeFormat(
    "freqtrade",
    {
        "symbol": ("pair",),
        "quantity": ("amount",),
        "entry_time": ("open_date",),
        "entry_price": ("open_rate",),
        "exit_time": ("close_date",),
        "exit_price": ("close_rate",),
        "realized_pnl": ("profit_abs",),
    },
    optional={
        "is_short": ("is_short",),
        "is_open": ("is_open",),
        "entry_rate": ("fee_open",),
        "exit_rate": ("fee_close",),
    },
)

_FLOWS = frozenset({"balance", "credit", "charge", "correction", "bonus", "commission", "dividend", "interest", "tax"})
_ORDERS = frozenset(f"{side} {kind}" for side in ("buy", "sell") for kind in ("limit", "stop", "stop limit"))

METATRADER_5 = TradeFormat(
    "MetaTrader 5",
    {
        "entry_time": ("time",),
        "ticket": ("position",),
        "symbol": ("symbol",),
        "side": ("type",),
        "quantity": ("volume",),
        "entry_price": ("price",),
        "exit_time": ("time",),
        "exit_price": ("price",),
        "realized_pnl": ("profit",),
    },
    optional={name: (name,) for name in COSTS},
    second=frozenset({"exit_time", "exit_price"}),
    in_report=True,
    profit_is_gross=True,
    left_out=_FLOWS,
)

METATRADER_5_DEALS = TradeFormat(
    "MetaTrader 5",
    {
        "time": ("time",),
        "ticket": ("deal",),
        "symbol": ("symbol",),
        "side": ("type",),
        "direction": ("direction",),
        "quantity": ("volume",),
        "price": ("price",),
        "realized_pnl": ("profit",),
    },
    optional={name: (name,) for name in COSTS},
    kind=RowKind.DEAL,
    in_report=True,
    profit_is_gross=True,
    left_out=_FLOWS,
)

METATRADER_4 = TradeFormat(
    "MetaTrader 4",
    {
        "ticket": ("ticket",),
        "entry_time": ("open time",),
        "side": ("type",),
        "quantity": ("size",),
        "symbol": ("item",),
        "entry_price": ("price",),
        "exit_time": ("close time",),
        "exit_price": ("price",),
        "realized_pnl": ("profit",),
    },
    optional={name: (name,) for name in COSTS},
    second=frozenset({"exit_price"}),
    in_report=True,
    profit_is_gross=True,
    left_out=_FLOWS | _ORDERS,
)

METATRADER_4_TEST = TradeFormat(
    "MetaTrader 4",
    {
        "ticket": ("#",),
        "time": ("time",),
        "type": ("type",),
        "number": ("order",),
        "quantity": ("size",),
        "price": ("price",),
        "realized_pnl": ("profit",),
    },
    kind=RowKind.END,
    in_report=True,
    left_out=_ORDERS | {"modify", "delete"},
    ends={"buy": "entry long", "sell": "entry short"} | dict.fromkeys(("close", "s/l", "t/p", "close at stop"), "exit"),
)

OF_ROWS = (
    *(TRADING_VIEW, BACKTESTING_PY, VECTORBT),
    *(METATRADER_5, METATRADER_4, METATRADER_5_DEALS, METATRADER_4_TEST),
)
