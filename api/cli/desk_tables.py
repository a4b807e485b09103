"""What a desk answered, as tables: prices and quantities as they came, amounts and percents to 2 places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from api.cli.asking import Payload

Row = tuple[str, str | Text | None]

_ABSENT = "–"
_ANY_WIDTH = 10_000


@dataclass(frozen=True, slots=True)
class WideOrNarrow:
    """A table with a row for each thing where it fits, else one with a section for each."""

    wide: Table
    narrow: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What Rich is to print."""
        fits = console.measure(self.wide, options=options.update(max_width=_ANY_WIDTH)).maximum <= options.max_width
        yield self.wide if fits else self.narrow


def outcome_table(*parts: Iterable[Row]) -> Table:
    """Names and figures, a section a part; what is absent is left out."""
    table = Table(show_header=False)
    table.add_column("name")
    table.add_column("figure", overflow="fold")
    for part in parts:
        for name, figure in part:
            if figure is not None:
                table.add_row(name, figure if isinstance(figure, Text) else Text(figure))
        table.add_section()
    return table


def signal_rows(signal: Payload | None) -> Sequence[Row]:
    """A signal as it stands."""
    if signal is None:
        return ()
    return (
        ("signal", signal["signalId"]),
        ("symbol", f"{signal['symbol']} {_words(signal['side'])}"),
        ("status", _words(signal["status"])),
        ("entry", _entry(signal)),
        ("quantity", signal["quantity"]),
        ("risk", _with_unit(signal["riskPercent"], "% of equity")),
        ("stop", _level(signal, "stopLoss", stopDistance="from the fill", stopPercent="% from the fill")),
        ("target 1", _level(signal, "target1", target1R="R from the fill")),
        ("target 2", _level(signal, "target2", target2R="R from the fill")),
        ("trailing stop", _trail(signal["trailingStop"])),
        ("campaign", signal["campaignId"]),
        ("note", signal["note"]),
    )


def position_rows(position: Payload | None) -> Sequence[Row]:
    """A position as it stands."""
    if position is None:
        return ()
    return (
        ("position of", position["signalId"]),
        ("symbol", f"{position['symbol']} {_words(position['side'])}"),
        ("status", _words(position["status"])),
        ("open", f"{position['openQuantity']} of {position['quantity']}"),
        ("entry price", position["entryPrice"]),
        ("last price", position["lastPrice"]),
        ("stop", position["stopLoss"] or "none"),
        ("target 1", position["target1"]),
        ("target 2", position["target2"]),
        ("trailing stop", _trail(position["trailingStop"])),
        ("open risk", _amount(position["openRisk"])),
        ("unrealized P&L", _gain(position["unrealizedPnl"])),
        ("realized P&L", _gain(position["realizedPnl"])),
        ("R multiple", _amount(position["rMultiple"])),
        ("campaign", position["campaignId"]),
        ("note", position["note"]),
    )


def trade_rows(trade: Payload | None) -> Sequence[Row]:
    """A round trip."""
    if trade is None:
        return ()
    return (
        ("exit price", trade["exitPrice"]),
        ("exit", _words(trade["exitReason"])),
        ("net P&L", _gain(trade["realizedPnl"])),
        ("commission", _amount(trade["commission"])),
    )


def assessment_rows(assessment: Payload) -> Sequence[Row]:
    """What the desk would decide."""
    return (
        ("would be", "accepted" if assessment["accepted"] else "refused" if assessment["errors"] else "cancelled"),
        ("quantity", assessment["quantity"]),
        ("risk of the trade", _percent(assessment["tradeRiskPercent"])),
        ("risk of the campaign", _percent(assessment["campaignRiskPercent"])),
        ("heat", _percent(assessment["heatPercent"])),
        ("buying power", _amount(assessment["buyingPower"])),
        ("fill price", assessment.get("fillPrice")),
        ("commission", _amount(assessment.get("commission"))),
        ("stop", assessment.get("stopLoss")),
        ("target 1", assessment.get("target1")),
        ("target 2", assessment.get("target2")),
    )


def account_rows(account: Payload) -> Sequence[Sequence[Row]]:
    """An account's figures, in their groups."""
    return (
        (
            ("account", f"{account['name']}, session {account['session']['number']}"),
            ("takes signals", _readiness(account)),
            ("equity", f"{_amount(account['equity'])} {account['currency']}"),
            ("cash", _amount(account["cash"])),
            ("buying power", _amount(account["buyingPower"])),
            ("heat", _percent(account["heatPercent"])),
        ),
        (
            ("today's P&L", _gain(account["todayPnl"])),
            ("total P&L", _gain(account["totalPnl"])),
            ("realized P&L", _gain(account["realizedPnl"])),
            ("unrealized P&L", _gain(account["unrealizedPnl"])),
            ("drawdown", f"{_percent(account['currentDrawdown'])}, at most {_percent(account['maxDrawdown'])}"),
        ),
        (
            ("open positions", str(account["openPositions"])),
            ("working signals", str(account["workingSignals"])),
            ("trades", str(account["tradeCount"])),
            ("win rate", _percent(account["winRate"])),
            ("average R", _amount(account["averageR"])),
        ),
        (("cursor", account["cursor"]),),
    )


def positions_table(positions: Sequence[Payload]) -> WideOrNarrow:
    """Positions, each in a row or a section."""
    figures = ("open", "entry", "last", "stop", "target 1", "target 2", "unrealized", "realized", "R")
    table = _list("symbol", "side", "status", right=figures)
    for position in positions:
        levels = (position[name] or _ABSENT for name in ("entryPrice", "lastPrice", "stopLoss", "target1", "target2"))
        table.add_row(
            *(position["symbol"], _words(position["side"]), _words(position["status"]), position["openQuantity"]),
            *levels,
            _gain(position["unrealizedPnl"]),
            _gain(position["realizedPnl"]),
            _amount(position["rMultiple"]) or _ABSENT,
            position["signalId"],
        )
    return WideOrNarrow(table, outcome_table(*(position_rows(position) for position in positions)))


def trades_table(positions: Sequence[Payload], trades: Sequence[Payload]) -> WideOrNarrow:
    """The round trips of positions, each in a row or a section."""
    table = _list("symbol", "side", right=("quantity", "entry", "exit", "net P&L", "R"))
    for trade in trades:
        table.add_row(
            *(trade["symbol"], _words(trade["side"]), trade["quantity"], trade["entryPrice"], trade["exitPrice"]),
            _gain(trade["realizedPnl"]),
            _amount(trade["rMultiple"]) or _ABSENT,
            trade["signalId"],
        )
    pairs = zip(positions, trades, strict=True)
    narrow = outcome_table(*((*position_rows(position), *trade_rows(trade)) for position, trade in pairs))
    return WideOrNarrow(table, narrow)


def _list(*left: str, right: Sequence[str]) -> Table:
    table = Table()
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right")
    table.add_column("signal")
    return table


def _readiness(account: Payload) -> str:
    if not account["enabled"]:
        return "no: it is disabled"
    return f"no: {account['haltReason']}" if account["haltReason"] else "yes"


def _entry(signal: Payload) -> str:
    entry = _words(signal["entry"]) + (f" at {signal['entryPrice']}" if signal["entryPrice"] else "")
    until = f" until {signal['goodUntil']}" if signal["goodUntil"] else ""
    return f"{entry}, {signal['timeInForce']}{until}"


def _level(signal: Payload, price: str, **relative: str) -> str | None:
    forms = (_with_unit(signal[name], unit) for name, unit in relative.items())
    return signal[price] or next((form for form in forms if form), None)


def _trail(trail: Payload | None) -> str | None:
    if trail is None:
        return None
    parts = (
        _with_unit(trail["offset"], "behind"),
        _with_unit(trail.get("percent"), "% behind"),
        trail["activation"] and f"from {trail['activation']} on",
        trail.get("activationR") and f"from {trail['activationR']} R on",
        trail["step"] and f"in steps of {trail['step']}",
    )
    return ", ".join(part for part in parts if part)


def _with_unit(figure: str | None, unit: str) -> str | None:
    return figure and f"{figure} {unit}"


def _amount(figure: str | None) -> str | None:
    """To 2 places, thousands apart; what rounds to nothing has no sign."""
    return figure and f"{round(Decimal(figure), 2) + 0:,.2f}"


def _percent(figure: str | None) -> str | None:
    return _with_unit(_amount(figure), "%")


def _gain(figure: str) -> Text:
    gain = Decimal(figure)
    return Text(_amount(figure) or "", style="green" if gain > 0 else "red" if gain < 0 else "")


def _words(code: str) -> str:
    return code.replace("_", " ").lower()
