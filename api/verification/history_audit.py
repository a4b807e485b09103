"""One pass over history: each row is checked as a row, as part of its command, and for what it makes of the desk."""

from datetime import datetime

from api.persistence.chain import ExpectedHead, Head
from api.persistence.database import Transaction
from api.persistence.expected_rows import DESK, ExpectedRows
from api.persistence.history import HistoryFact, Recorded, RecordedCommand, history
from api.persistence.stored_watches import places_of_watches
from api.verification.chain import ChainAudit
from api.verification.command_audit import CommandAudit
from api.verification.fold_audit import FoldAudit
from api.verification.result import VerificationResult
from api.verification.retraction_audit import RetractionAudit
from domain.analytics.comparison import Backtest
from domain.engine.events import JournalRecord, Retraction
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate


class HistoryAudit:
    """Follows history up to the ordinal that it has reached; a row that cannot be read ends the fold."""

    def __init__(self, expected_head: ExpectedHead | None) -> None:
        self.result = VerificationResult()
        self.reached = 0
        self.is_broken = False
        self._expected = ExpectedRows()
        self._chain = ChainAudit(self.result, expected_head)
        self._commands = CommandAudit()
        self._retractions = RetractionAudit()
        self._fold = FoldAudit(self.result, self._expected)

    @property
    def retraction_count(self) -> int:
        """How many retractions it has seen: history before one is folded as it is without the market data."""
        return self._retractions.count

    @property
    def desk(self) -> Desk:
        """The desk as history makes it."""
        return self._fold.desk

    async def read(self, transaction: Transaction, until: int) -> None:
        """Check what was recorded since, up to an ordinal."""
        self._fold.expect(await transaction.ask(places_of_watches, self.reached))
        async for row in transaction.stream(history, self.reached, until):
            self._chain.take(row)
            if row.is_link:
                self._end_group(row.ordinal)
                continue
            self._reach(row.ordinal)
            if not self.is_broken:
                await self._try(transaction, row)
        self._reach(until + 1)
        self.reached = until

    def finish_chain(self, head: Head) -> None:
        """The chain ends at the head that is stored."""
        self._chain.finish(head)

    async def compare(self, transaction: Transaction, latest_end: datetime | None, last: int) -> None:
        """Hold the rows that are stored to history, given the desk's clock and the ordinal of history's last row."""
        self._end_command()
        self.result.add_problems(DESK, self._retractions.leftover())
        if latest_end != self.desk.latest_end or last > self.reached:
            self.result.add_problem(DESK, "desk 1 is not what the journal says")
        self._fold.finish()
        await transaction.ask(self._fold.projector.summarize)
        async for account_id, fault in transaction.stream(self._expected.differences, self.reached):
            self.result.add_problem(account_id, fault)

    def _reach(self, ordinal: int) -> None:
        """Ordinals have no gaps, and none is there twice."""
        if ordinal > self.reached + 1:
            self.result.add_problem(DESK, f"history lacks {self.reached + 1} to {ordinal - 1}")
        elif ordinal <= self.reached:
            self.result.add_problem(DESK, f"history has {ordinal} twice")
        self.reached = ordinal

    async def _try(self, transaction: Transaction, row: Recorded) -> None:
        try:
            fact = row.fact()
            self._take(row, fact)
            if isinstance(fact, Retraction):
                await self._take_retraction(transaction, row, fact)
        except Exception as problem:  # noqa: BLE001 - history is on trial: what cannot be folded is a fault of its own
            self.is_broken = True
            self.result.add_problem(DESK, f"{row.name} makes no sense: {problem!r}")

    def _take(self, row: Recorded, fact: HistoryFact) -> None:
        match fact:
            case RecordedCommand() as command:
                self._end_command()
                self._commands.begin(command)
                self.result.add_problems(DESK, self._commands.clock_faults(self._retractions.latest_end))
            case Bar() | Quote() as update:
                self._commands.add_effect(None)
                self._take_update(row, update)
            case JournalRecord() as record:
                self._commands.add_effect(record.entry.event)
                self._take_journal(row, record)
            case Backtest() | Retraction():
                self._commands.add_effect(None)

    def _end_group(self, ordinal: int) -> None:
        if not self.is_broken:
            self._end_command()
            self._fold.end_group(ordinal)

    def _end_command(self) -> None:
        self._fold.end_command()
        self.result.add_problems(DESK, self._commands.end())

    def _take_update(self, row: Recorded, update: MarketUpdate) -> None:
        self.result.add_problems(DESK, self._commands.update_faults(row, update))
        self._retractions.add_update(row.name, update, row.retracted_at)
        self._fold.add_update(update, row.ordinal, is_retracted=row.is_retracted)
        if row.number != self.desk.market(update.symbol).newest_number:
            self.result.add_problem(DESK, f"{row.name} has another number among those of its symbol")

    async def _take_retraction(self, transaction: Transaction, row: Recorded, retraction: Retraction) -> None:
        self.result.add_problems(DESK, self._commands.retraction_faults(row, retraction))
        asset_class = self.desk.market(retraction.symbol).asset_class
        async for fault in self._retractions.faults(transaction, row.ordinal, retraction, asset_class):
            self.result.add_problem(DESK, fault)

    def _take_journal(self, row: Recorded, record: JournalRecord) -> None:
        self._fold.add_entry(record.entry, record.ordinal)
        name = self._commands.account
        account = None if name is None else self.desk.accounts.get(name)
        if not self._commands.is_labelled(row, record, None if account is None else account.id):
            self.result.add_problem(record.entry.account_id, f"{row.name} is not labelled as what it holds")
