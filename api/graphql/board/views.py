"""How entries of the board are made from the domain's values."""

from api.application import board
from api.graphql.accounts.views import account
from api.graphql.board.types import BoardEntry
from api.graphql.figures import bounded_percent
from domain.analytics.curve import return_percent
from domain.analytics.stats import to_12_places
from domain.money import ratio
from domain.portfolio.valuation import equity


def entry(record: board.BoardEntry) -> BoardEntry:
    """An account on the board."""
    state, totals = record.view.account, record.view.account.totals
    worth = equity(state, record.view.markets)
    return BoardEntry(
        account=account(record.view),
        return_percent=bounded_percent(return_percent(state.session.starting_capital, worth)),
        max_drawdown=ratio(record.view.watermarks.max_drawdown),
        trade_count=totals.trades,
        average_r=to_12_places(totals.average_r),
        profit_factor=to_12_places(record.stats.profit_factor),
        sharpe=to_12_places(record.sharpe),
    )
