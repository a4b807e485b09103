"""What the log says of each command that is durable, and of the positions that it changed."""

import pytest
from structlog.testing import CapturingLogger

import api.application.decision_log
from domain.orders.side import Side
from tests.builders import FREE, a_bar, a_signal, signal_id
from tests.service.desks import running_writer


async def test_each_command_is_told_with_what_it_opened_and_what_else_it_changed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = CapturingLogger()
    async with running_writer(sqlite_url) as desk:
        trader = desk.trader()
        await trader.enable(**FREE)
        await trader.bars(a_bar("09:00"))
        # Whatever level other tests have left the log at.
        monkeypatch.setattr(api.application.decision_log, "_log", told)
        await trader.send(a_signal(), 1)
        await trader.send(a_signal(stop="120"), 2)
        await trader.reverse(1, a_signal(side=Side.SHORT, stop="105", target="90"), 3)
        await trader.bars(a_bar("09:30", high="106"))
        first, second, third = (
            {"account": "default", "signal": str(signal_id(number)), "symbol": "AAPL"} for number in (1, 2, 3)
        )
    opened, reversed_ = str(trader.key(1)), str(trader.key(3))
    why = "target1 110 must be above stopLoss 120 for a LONG (R14)"
    assert [(call.method_name, *call.args, call.kwargs) for call in told.calls] == [
        ("info", "done", {**first, "kind": "executeSignal", "facts": 2, "position": opened, "became": "OPENED"}),
        ("info", "refused", {**second, "kind": "executeSignal", "code": "INVALID_LEVELS", "reason": why}),
        ("info", "done", {**third, "kind": "reversePosition", "facts": 4}),
        ("info", "position", {**first, "position": opened, "became": "CLOSED"}),
        ("info", "position", {**third, "position": reversed_, "became": "OPENED"}),
        ("debug", "ingested", {"account": None, "kind": "ingestBars", "applied": 1, "fills": 1}),
        ("info", "position", {**third, "position": reversed_, "became": "CLOSED"}),
    ]
