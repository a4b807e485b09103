"""What the log says of each command that is durable, and of the positions that it changed."""

from structlog.testing import capture_logs

from domain.orders.side import Side
from tests.builders import FREE, a_bar, a_signal, signal_id
from tests.service.desks import running_writer


async def test_each_command_is_told_with_what_it_opened_and_what_else_it_changed(database_url: str) -> None:
    async with running_writer(database_url) as desk:
        trader = desk.trader()
        await trader.enable(**FREE)
        await trader.bars(a_bar("09:00"))
        with capture_logs() as logged:
            await trader.send(a_signal(), 1)
            await trader.send(a_signal(stop="120"), 2)
            await trader.reverse(1, a_signal(side=Side.SHORT, stop="105", target="90"), 3)
            await trader.bars(a_bar("09:30", high="106"))
        first, second, third = ({"signal": str(signal_id(number)), "symbol": "AAPL"} for number in (1, 2, 3))
    of = {"account": "default", "log_level": "info"}
    opened, reversed_ = str(trader.key(1)), str(trader.key(3))
    why = "target1 110 must be above stopLoss 120 for a LONG (R14)"
    assert [line for line in logged if line["log_level"] != "debug"] == [
        {**of, **first, "event": "done", "kind": "executeSignal", "facts": 2, "position": opened, "became": "OPENED"},
        {**of, **second, "event": "refused", "kind": "executeSignal", "code": "INVALID_LEVELS", "reason": why},
        {**of, **third, "event": "done", "kind": "reversePosition", "facts": 4},
        {**of, **first, "event": "position", "position": opened, "became": "CLOSED"},
        {**of, **third, "event": "position", "position": reversed_, "became": "OPENED"},
        {**of, **third, "event": "position", "position": reversed_, "became": "CLOSED"},
    ]
