"""R40 held: what was applied to a session, exported and backtested, gives its ledger again."""

from datetime import timedelta
from pathlib import Path

from api.replay.backtest import BacktestResult
from tests.api.desk import OPENING, Client, instant
from tests.backtest.ledgers import backtested, replayed_ledger, stored_ledger

ACCOUNTS = ("default", "second")
DAY = timedelta(days=1)


async def assert_parity(client: Client, account: str, session: int, folder: Path) -> BacktestResult:
    """A session's ledger as it is stored, and that of the backtest of its export, are equal table by table."""
    result = await backtested(client.database, account, session, folder / f"{account}-{session}.jsonl")
    stored, replayed = await stored_ledger(client.database, account, session), replayed_ledger(result)
    for what in stored:
        assert replayed[what] == stored[what], f"{what} of {account}, session {session}"
    assert replayed.keys() == stored.keys()
    return result


async def assert_parity_of_all(client: Client, folder: Path) -> None:
    """Every session of every account has parity."""
    for account in ACCOUNTS:
        for session in range(1, (await client.account(account))["session"]["number"] + 1):
            await assert_parity(client, account, session, folder)


def bar_json(day: int, low: str, high: str, **content: str) -> dict[str, str]:
    start = OPENING + day * DAY
    whole = {"symbol": "AAPL", "open": low, "high": high, "low": low, "close": high, "volume": "1000"}
    return {**whole, "start": instant(start), "end": instant(start + DAY), **content}


def signal_json(**content: str) -> dict[str, str]:
    return {"symbol": "AAPL", "side": "LONG", "stopLoss": "90", "target1": "120", "quantity": "10", **content}
