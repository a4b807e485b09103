"""R40: what was applied to a session, exported and backtested, gives its ledger again, to the last digit."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from api.backtest.engine import BacktestResult
from tests.api.desk import Client, desk_on
from tests.backtest.ledgers import backtested, replayed_ledger, stored_ledger
from tests.backtest.living import live
from tests.strategies import Step, stories

ACCOUNTS = ("default", "second")


async def assert_parity(client: Client, account: str, session: int, folder: Path) -> BacktestResult:
    """A session's ledger as it is stored, and that of the backtest of its export, are equal table by table."""
    result = await backtested(client.database, account, session, folder / f"{account}-{session}.jsonl")
    stored, replayed = await stored_ledger(client.database, account, session), replayed_ledger(result)
    for what in stored:
        assert replayed[what] == stored[what], f"{what} of {account}, session {session}"
    assert replayed.keys() == stored.keys()
    return result


async def sessions_of(client: Client, account: str) -> int:
    """How many sessions an account has had."""
    number: int = (await client.account(account))["session"]["number"]
    return number


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories(longest=60))
async def test_every_session_of_a_random_life_is_backtested_to_its_own_ledger(
    tmp_path_factory: pytest.TempPathFactory, story: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("life")
    async with desk_on(f"sqlite:///{folder / 'desk.sqlite3'}") as client:
        await live(client, story)
        for account in ACCOUNTS:
            for session in range(1, await sessions_of(client, account) + 1):
                await assert_parity(client, account, session, folder)
