"""What is shown of accounts, sessions, positions and signals: values of the domain with all that their figures need.

They stand in the domain, though only the api makes them, since they hold nothing but its values and no transport's.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.engine.observer import CurveGrowth
from domain.engine.overdue import watch_of
from domain.engine.state import Desk
from domain.market.state import Mark, Market
from domain.money import rounded
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.position import Position
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade
from domain.portfolio.valuation import Valuation
from domain.portfolio.watermarks import EquityWatermarks
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account, what is known of its equity, and the markets that its figures depend on.

    `today` is the day of the market's clock, as the account's session counts days; None before there is a clock.
    """

    account: Account
    watermarks: EquityWatermarks
    markets: Mapping[str, Market]
    today: date | None

    @classmethod
    def of(cls, desk: Desk, name: str) -> "AccountView":
        """The view of an account of a desk, of whose markets it keeps those of what is held."""
        account, markets = desk.accounts[name], desk.markets
        held = {symbol: markets[symbol] for symbol in account.positions.symbols if symbol in markets}
        today = None if desk.latest_end is None else account.day_of(desk.latest_end)
        return cls(account, watch_of(desk, name).watermarks, held, today)

    @property
    def today_pnl(self) -> Decimal:
        """What the account has earned since the last equity of the day before today."""
        equity_now = Valuation.of(self.account, self.markets).equity
        return rounded(equity_now - self.watermarks.equity_before(self.today))


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session of an account, with what it came to."""

    account_id: UUID
    session: Session
    totals: LedgerTotals
    watermarks: EquityWatermarks


@dataclass(frozen=True, slots=True)
class PositionView:
    """A position with its last price, and its trade once it is flat."""

    position: Position
    mark: Mark
    trade: Trade | None


@dataclass(frozen=True, slots=True)
class SignalView:
    """A signal, with its position once it has one."""

    signal: Signal
    position: PositionView | None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as it stands or ended: its totals, its watermarks, and the ordinals of its beginning and end.

    `growth` is what its curve grew by since it was stored.
    """

    account_id: UUID
    session: Session
    totals: LedgerTotals
    watermarks: EquityWatermarks
    settings: Settings
    began: int
    ended: int | None
    growth: CurveGrowth
