"""The stored desk behind the interface of `tests.model.Desk`: commands by the writer, figures from snapshots."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime

from api.application.pages import PageRequest
from api.application.read_model import Snapshot
from api.authorization.principal import OPERATOR
from api.bootstrap import running_desk
from api.server.running_desk import RunningDesk
from api.settings import ServerSettings
from domain.engine.commands import Command
from domain.engine.results import CommandResult
from domain.portfolio.history_filter import HistoryFilter
from tests.domain.domain_desk import DomainDesk, Record, seen_account, seen_position
from tests.service.desks import kind_of, sent_of

_PAGE = 100


class StoredDesk(DomainDesk):
    """A desk on a database, which can be stopped and started again between any two steps."""

    def __init__(self, wall: datetime, settings: ServerSettings, runner: asyncio.Runner) -> None:
        super().__init__(wall)
        self._settings = settings
        self._runner = runner
        self._stack = AsyncExitStack()
        self._running: RunningDesk | None = None
        self.start()

    def start(self) -> None:
        self._running = self._runner.run(
            self._stack.enter_async_context(running_desk(self._settings, wall=lambda: self.wall))
        )

    def stop(self) -> None:
        self._runner.run(self._stack.aclose())

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def running(self) -> RunningDesk:
        assert self._running is not None
        return self._running

    def _decide(self, command: Command) -> CommandResult:
        account = getattr(command, "account", None)
        sending = self.running.services.dispatcher.writer.execute(
            command, account=account, kind=kind_of(command), sent=sent_of(command)
        )
        return self._runner.run(sending).result

    def account(self, name: str) -> Record:
        return self._runner.run(self._account(name))

    async def _account(self, name: str) -> Record:
        async with self.running.services.reader.snapshot(OPERATOR) as snapshot:
            view = await snapshot.account(name)
        assert view is not None
        return seen_account(view.account, view.markets, view.watermarks)

    def positions(self, name: str) -> dict[str, Record]:
        return self._runner.run(self._positions(name))

    async def _positions(self, name: str) -> dict[str, Record]:
        positions: dict[str, Record] = {}
        async with self.running.services.reader.snapshot(OPERATOR) as snapshot:
            for session in await _sessions(snapshot, name):
                after: str | None = None
                while True:
                    page = await snapshot.positions(name, HistoryFilter(session=session), PageRequest(_PAGE, after))
                    assert page is not None
                    positions |= {
                        str(value.position.signal_id): seen_position(value.position) for _, value in page.items
                    }
                    if not page.has_next:
                        break
                    after = page.items[-1][0]
        return positions

    def signals(self, name: str) -> dict[str, Record]:
        return self._runner.run(self._signals(name))

    async def _signals(self, name: str) -> dict[str, Record]:
        signals: dict[str, Record] = {}
        async with self.running.services.reader.snapshot(OPERATOR) as snapshot:
            for session in await _sessions(snapshot, name):
                after: str | None = None
                while True:
                    page = await snapshot.signals(name, HistoryFilter(session=session), PageRequest(_PAGE, after))
                    assert page is not None
                    for _, value in page.items:
                        error = value.signal.refusal and value.signal.refusal.code.value
                        signals[str(value.signal.signal_id)] = {"status": value.signal.status.value, "error": error}
                    if not page.has_next:
                        break
                    after = page.items[-1][0]
        return signals


async def _sessions(snapshot: Snapshot, name: str) -> list[int]:
    page = await snapshot.sessions(name, PageRequest(_PAGE, None))
    assert page is not None
    return [value.session.number for _, value in page.items]
