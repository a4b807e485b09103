"""`papertape retract` against a real server."""

import asyncio
from pathlib import Path

import pytest

from api.cli import market_data
from api.errors import BadArgument
from api.settings import ServerSettings
from tests.processes import Finished, papertape, serving

INGEST = "mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied } }"
ENABLE = "mutation { enable { account { name } } }"
BUY = """
mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { position { id } errors { code message } } }
"""
A_SIGNAL = {"symbol": "ACME", "side": "LONG", "stopLoss": "90", "target1": "110", "quantity": "10"}


def bar_json(day: int, price: str) -> dict[str, str]:
    prices = dict.fromkeys(("open", "high", "low", "close"), price)
    return {"symbol": "ACME", "start": f"2024-01-{day:02}T00:00Z", "end": f"2024-01-{day + 1:02}T00:00Z", **prices}


def test_an_operator_retracts_wrong_market_data_or_is_shown_what_depends_on_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:

        def retracted(*arguments: str) -> Finished:
            return papertape("retract", *arguments, "--url", server.url, folder=tmp_path)

        server.query(ENABLE)
        server.query(INGEST, input={"bars": [bar_json(2, "100"), bar_json(3, "101")]})
        done = retracted("ACME", "2024-01-03T01:00+01:00")
        assert asyncio.run(market_data.retract(ServerSettings(), "ACME", "2024-01-03T00:00Z", server.url)) == 0
        server.query(BUY, input=A_SIGNAL)
        refused = retracted("ACME", "2024-01-02T00:00Z")
    expected = (
        "Retracted 1 bar and 0 quotes of ACME, from 2024-01-03T00:00:00Z on. What of it was right can be sent again.\n"
    )
    assert done == Finished(0, expected, "")
    assert capsys.readouterr().out == "Nothing of ACME counts from 2024-01-03T00:00:00Z on: nothing was retracted.\n"
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("papertape: account default decided by it, at 2024-01-03T00:00:00Z, ordinal ")
    assert refused.err.endswith("(R7) (MARKET_DATA_USED)\n")


def test_a_time_to_retract_from_needs_an_offset() -> None:
    with pytest.raises(BadArgument, match="FROM needs its offset from UTC"):
        asyncio.run(market_data.retract(ServerSettings(), "ACME", "2024-01-02T00:00", "http://127.0.0.1:1"))
