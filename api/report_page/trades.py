"""The trades of the session, the newest first."""

from collections.abc import Sequence

from api.report_page.figures import money, multiple, price, quantity, span, words
from api.report_page.markup import Child, Html, joined, name_of
from api.report_page.tables import Column, note, signed, table
from domain.positions import Trade

_FIGURES = ("Quantity", "Entry", "Exit", "Held", "Costs", "P&L", "R")


def trade_table(trades: Sequence[Trade], count: int) -> Html:
    """The newest trades of so many."""
    has_patterns = any(each.pattern is not None for each in trades)
    has_campaigns = any(each.campaign_id is not None for each in trades)
    names = ["Exited", "Symbol", "Side", *["Pattern"] * has_patterns, *["Campaign"] * has_campaigns, "Exit reason"]
    columns = [*(Column(each, is_figure=False) for each in names), *map(Column, _FIGURES)]
    rows = [_row(each, has_patterns=has_patterns, has_campaigns=has_campaigns) for each in trades]
    return joined((_cut(len(trades), count), table("Trades, the newest first; times are UTC", columns, rows, "trades")))


def _cut(shown: int, count: int) -> Html | None:
    if shown == count:
        return None
    return note(f"The newest {shown:,} of {count:,} trades; `papertape export trades` writes them all.")


def _row(trade: Trade, *, has_patterns: bool, has_campaigns: bool) -> list[Child]:
    pattern = "" if trade.pattern is None else trade.pattern.value
    campaign = None if trade.campaign_id is None else name_of(trade.campaign_id)
    multiple_ = trade.r_multiple
    return [
        f"{trade.exit_time:%Y-%m-%d %H:%M}",
        name_of(trade.symbol),
        words(trade.side.value),
        *[pattern] * has_patterns,
        *[campaign] * has_campaigns,
        words(trade.exit_reason.value),
        quantity(trade.quantity),
        price(trade.entry_price),
        price(trade.exit_price),
        span(trade.exit_time - trade.entry_time),
        money(trade.commission + trade.slippage),
        signed(money(trade.realized_pnl), trade.realized_pnl),
        signed(multiple(multiple_), multiple_),
    ]
