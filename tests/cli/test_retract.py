"""`papertape retract` against a real server."""

from pathlib import Path

from tests.processes import Finished, papertape, serving

INGEST = "mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied } }"
ENABLE = "mutation { enable { account { name } } }"
BUY = """
mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { position { id } errors { code message } } }
"""
A_SIGNAL = {"symbol": "ACME", "side": "LONG", "stopLoss": "90", "target1": "110", "quantity": "10"}


def a_bar(day: int, price: str) -> dict[str, str]:
    prices = dict.fromkeys(("open", "high", "low", "close"), price)
    return {"symbol": "ACME", "start": f"2024-01-{day:02}T00:00Z", "end": f"2024-01-{day + 1:02}T00:00Z", **prices}


def test_an_operator_takes_wrong_market_data_back_or_is_told_what_stands_in_the_way(tmp_path: Path) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:

        def retracted(*arguments: str) -> Finished:
            return papertape("retract", *arguments, "--url", server.url, folder=tmp_path)

        server.query(ENABLE)
        server.query(INGEST, input={"bars": [a_bar(2, "100"), a_bar(3, "101")]})
        done = (
            "Retracted 1 bar and 0 quotes of ACME, from 2024-01-03T00:00:00Z on. "
            "What of it was right can be sent again.\n"
        )
        nothing = "Nothing of ACME counts from 2024-01-03T00:00:00Z on: nothing was retracted.\n"
        assert retracted("ACME", "2024-01-03T01:00+01:00") == Finished(0, done, "")
        assert retracted("ACME", "2024-01-03T00:00Z") == Finished(0, nothing, "")
        server.query(BUY, input=A_SIGNAL)
        refused = retracted("ACME", "2024-01-02T00:00Z")
        unknown = retracted("NONE", "2024-01-02T00:00Z")
        naive = retracted("ACME", "2024-01-02T00:00")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("papertape: account default decided by it, at 2024-01-03T00:00:00Z, ordinal ")
    assert refused.err.endswith("(R7) (MARKET_DATA_USED)\n")
    assert unknown == Finished(1, "", "papertape: the desk has had no market data of NONE (INVALID_INPUT)\n")
    assert (naive.code, naive.out) == (1, "")
    assert naive.err.startswith("papertape: FROM needs its offset from UTC")
