"""What is shown of accounts, sessions, positions and signals: values of the domain with all that their figures need."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.account import Account, Books, Marks, Session
from domain.market import Mark, Market
from domain.positions import Position, Trade
from domain.signals import Signal


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account, and the markets that its figures depend on."""

    account: Account
    markets: Mapping[str, Market]


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session of an account, with what it came to."""

    account_id: UUID
    session: Session
    books: Books
    marks: Marks


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
