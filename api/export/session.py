"""All that was applied to a session, read in windows: no read transaction lasts longer than one of them (R40)."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from api.codec.commands import MARKET_DATA_LISTS
from api.codec.json_codec import plain_data
from api.codec.session_export import (
    AssetClassFixed,
    Header,
    Retracted,
    command_line,
    fixed_line,
    header_line,
    retracted_line,
)
from api.export.rows import NothingToExport
from api.persistence.database import Database, Transaction
from api.persistence.historical_state import AssetClassAssignment, account_as_begun, asset_class_assignments, market_at
from api.persistence.history import retraction_count
from api.persistence.queries import account_head
from api.persistence.session_history import (
    AppliedCommand,
    ExportedUpdate,
    SessionSpan,
    applied_within,
    session_span,
)
from domain.engine.commands import Times
from domain.market.update import MarketUpdate

_WINDOW = 5_000

Applied = AppliedCommand | ExportedUpdate | AssetClassAssignment


@dataclass(frozen=True, slots=True)
class SessionExport:
    """The lines of a session's export, and the head of the record that holds all of it."""

    head: str
    lines: AsyncIterator[str]


async def session_export(
    database: Database, account: str, number: int, advance: Callable[[int, int], None]
) -> SessionExport:
    """A session's export; `advance` is called with how much of how much is done. Raises NothingToExport."""
    async with database.transaction() as transaction:
        span = await _span(transaction, account, number)
        assignments = await transaction.ask(asset_class_assignments, span.symbols)
        header = await _header(transaction, span, assignments)
    during = [
        assignment for assignment in assignments if assignment.ordinal > span.began and not _is_own(assignment, span)
    ]
    return SessionExport(span.head, _lines(database, header, span, during, advance))


async def _span(transaction: Transaction, account: str, number: int) -> SessionSpan:
    head = await transaction.ask(account_head, account)
    if head is None:
        raise NothingToExport(f"there is no account {account!r}")
    account_id, current, _ = head
    span = await transaction.ask(session_span, account, account_id, number)
    if span is None:
        raise NothingToExport(f"account {account} has sessions 1 to {current}, and no session {number}")
    return span


def _is_own(assignment: AssetClassAssignment, span: SessionSpan) -> bool:
    """Whether a signal of the session itself fixed the asset class."""
    return (assignment.account_id, assignment.session) == (span.account_id, span.session)


async def _header(transaction: Transaction, span: SessionSpan, assignments: Sequence[AssetClassAssignment]) -> Header:
    account = await transaction.ask(account_as_begun, span.account, span.account_id, span.began)
    classes = {
        assignment.symbol: assignment.asset_class for assignment in assignments if assignment.ordinal <= span.began
    }
    return Header(
        account=account.name,
        session=account.session.number,
        starting_capital=account.session.starting_capital,
        zone=account.session.zone,
        settings=account.settings,
        enabled=account.enabled,
        started_at=account.session.started_at,
        seq=account.seq,
        signals=account.signal_count,
        markets=[await transaction.ask(market_at, symbol, span.began, classes.get(symbol)) for symbol in span.symbols],
    )


async def _lines(
    database: Database,
    header: Header,
    span: SessionSpan,
    assignments: Sequence[AssetClassAssignment],
    advance: Callable[[int, int], None],
) -> AsyncIterator[str]:
    yield header_line(header, span.head)
    batches = _Batches()
    after = span.began
    while after < span.until:
        end = min(span.until, after + _WINDOW)
        applied: list[Applied] = [assignment for assignment in assignments if after < assignment.ordinal <= end]
        applied += await _applied(database, span, after, end)
        for line in batches.lines(sorted(applied, key=lambda item: item.ordinal)):
            yield line
        advance(end - span.began, span.until - span.began)
        after = end
    for line in batches.rest():
        yield line


async def _applied(
    database: Database, span: SessionSpan, after: int, end: int
) -> list[AppliedCommand | ExportedUpdate]:
    async with database.transaction() as transaction:
        if await transaction.ask(retraction_count) != span.retractions:
            raise NothingToExport("market data was retracted while it was exported: export it again")
        return await transaction.ask(applied_within, span, after, end)


class _Batches:
    """Puts market data together again in the batches in which it came, across windows."""

    def __init__(self) -> None:
        self._command: AppliedCommand | None = None
        self._updates: list[MarketUpdate] = []
        self._retracted: Counter[str] = Counter()

    def lines(self, applied: Sequence[Applied]) -> list[str]:
        """The lines of what was applied, but for a batch that may go on."""
        lines: list[str] = []
        for item in applied:
            match item:
                case ExportedUpdate(update=update, is_retracted=True):
                    self._retracted[update.symbol] += 1
                case ExportedUpdate(update=update):
                    self._updates.append(update)
                case AssetClassAssignment():
                    lines += [*self.rest(), fixed_line(AssetClassFixed(item.symbol, item.asset_class))]
                case AppliedCommand() if item.kind in MARKET_DATA_LISTS:
                    lines += self.rest()
                    self._command = item
                case AppliedCommand():
                    lines += [*self.rest(), _command_line(item)]
        return lines

    def rest(self) -> list[str]:
        """The lines of the batch at hand, if any of it matters."""
        command, updates = self._command, self._updates
        lines = [retracted_line(Retracted(symbol, count)) for symbol, count in self._retracted.items()]
        self._command, self._updates, self._retracted = None, [], Counter()
        if command is None or not updates:
            return lines
        items = [plain_data(update) for update in updates]
        return [command_line(command.kind, _times(command), {MARKET_DATA_LISTS[command.kind]: items}), *lines]


def _command_line(command: AppliedCommand) -> str:
    """A command's line: a signal with its id and timestamp filled in, any other as it was sent."""
    signal = command.signal
    if signal is None:
        return command_line(command.kind, _times(command), json.loads(command.sent or "{}"))
    content = {"id": str(signal.signal_id), **plain_data(signal.request), "timestamp": plain_data(signal.timestamp)}
    return command_line(command.kind, _times(command), content)


def _times(command: AppliedCommand) -> Times:
    return Times(command.recorded_at, command.clock)
