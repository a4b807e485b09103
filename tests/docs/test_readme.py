"""README.md and api/README.md are right: their blocks are run in order, and print what the page shows."""

from pathlib import Path

import pytest

from tests.docs.pages import README, REFERENCE, ROOT, Block, blocks
from tests.docs.reader import Reader
from tests.feeds.exchange import exchange

POSTGRES_AND_REDIS = "Several processes: PostgreSQL and Redis"


def runnable(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.word != "no-run"]


def test_the_tour_runs_as_written(tmp_path: Path) -> None:
    with exchange(["BTC/USDT", "ETH/USDT"]) as address:
        here = f"exchange=binance rest=http://{address} ws=ws://{address}/stream"
        with Reader(tmp_path, {"exchange=binance": here}) as reader:
            reader.follow(runnable(README))


def test_the_guide_to_one_machine_runs_as_written(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        reader.follow(block for block in runnable(REFERENCE) if block.section != POSTGRES_AND_REDIS)


@pytest.mark.postgres
@pytest.mark.redis
def test_the_guide_to_postgresql_and_redis_runs_as_written(
    tmp_path: Path, empty_postgres_url: str, redis_url: str
) -> None:
    elsewhere = {"postgresql://postgres@127.0.0.1/papertape": empty_postgres_url, "redis://127.0.0.1:6379": redis_url}
    readiness = [block for block in runnable(REFERENCE) if block.section == "Looking after it"]
    with Reader(tmp_path, elsewhere) as reader:
        reader.follow([block for block in runnable(REFERENCE) if block.section == POSTGRES_AND_REDIS] + readiness)


def test_what_the_readme_starts_with_starts_the_demo() -> None:
    assert "exec $(BIN)/papertape demo $(ARGS)" in (ROOT / "Makefile").read_text()
