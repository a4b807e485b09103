"""Trades whose entries and exits stand on rows of their own, put together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from api.files.trade_rows import TradeRow
from domain.money import ZERO, plain, product, quotient
from domain.notation import read_number, to_8_places
from domain.validation import Invalid, require


def paired(path: Path, rows: Sequence[TradeRow], ends_of: Mapping[str, str]) -> Iterator[TradeRow]:
    """Trades of which each has a row for its entry and one for its exit, in either order. Raises BadFile."""
    halves: dict[str, dict[str, TradeRow]] = {}
    for row in rows:
        end = _end_of(row, ends_of).partition(" ")[0]
        if end not in ("entry", "exit"):
            raise row.bad_file(path, f"type must be like Entry long or Exit short, not {row.fields['type']!r}")
        if end in halves.setdefault(row.fields["number"], {}):
            raise row.bad_file(path, f"trade {row.fields['number']} has a second {end}")
        halves[row.fields["number"]][end] = row
    for number, ends in halves.items():
        if len(ends) == 1:
            raise next(iter(ends.values())).bad_file(path, f"trade {number} has no other row: it has an entry and exit")
        yield _joined(ends["entry"], ends["exit"], _end_of(ends["entry"], ends_of).removeprefix("entry").strip())


def _end_of(row: TradeRow, ends_of: Mapping[str, str]) -> str:
    written = row.fields["type"].casefold()
    return ends_of.get(written, written)


def _joined(entry: TradeRow, exit_: TradeRow, side: str) -> TradeRow:
    fields = {**exit_.fields, "side": side}
    for name, row in (("entry", entry), ("exit", exit_)):
        fields |= {f"{name}_time": row.fields["time"], f"{name}_price": row.fields["price"]}
    return TradeRow({**fields, "status": exit_.fields.get("signal", "")}, exit_.line, entry_line=entry.line)


_OTHER_SIDE = {"buy": "sell", "sell": "buy"}


@dataclass(slots=True)
class _Holding:
    """What is open of a symbol on one side, and what it brought so far; amounts are quantities times prices."""

    entry: TradeRow
    quantity: Decimal = ZERO
    left: Decimal = ZERO
    paid: Decimal = ZERO
    received: Decimal = ZERO
    result: Decimal = ZERO
    commission: Decimal = ZERO

    def trade(self, last: TradeRow) -> TradeRow:
        """All of it as one trade, from flat to flat, at its mean prices."""
        figures = {
            "quantity": self.quantity,
            "entry_price": to_8_places(quotient(self.paid, self.quantity)),
            "exit_price": to_8_places(quotient(self.received, self.quantity)),
            "realized_pnl": self.result,
            "commission": self.commission,
        }
        told = {name: plain(figure) for name, figure in figures.items()}
        times = {"entry_time": self.entry.fields["time"], "exit_time": last.fields["time"]}
        fields = {**told, **times, "symbol": last.fields["symbol"], "side": self.entry.fields["side"]}
        return TradeRow(fields, last.line, entry_line=self.entry.line)


class Deals:
    """Deals in the order in which they were made, of which each adds to what is open, or takes from it.

    What is open of a symbol on one side is one trade until nothing of it is left: no deal says which of several it
    closes. A deal that turns a position bears its costs in proportion.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: dict[tuple[str, str], _Holding] = {}

    @property
    def open_count(self) -> int:
        """How many trades are still open."""
        return len(self._open)

    def trades(self, rows: Sequence[TradeRow]) -> Iterator[TradeRow]:
        """The trades that deals complete. Raises BadFile."""
        for row in rows:
            try:
                yield from self._take(row)
            except Invalid as problem:
                raise row.bad_file(self._path, problem.message) from None

    def _take(self, row: TradeRow) -> Iterator[TradeRow]:
        figures = [read_number(name, row.fields[name]) for name in ("quantity", "price", "realized_pnl", "commission")]
        quantity, price, result, commission = figures
        require(quantity > ZERO, "quantity must be above 0", "quantity")
        symbol, side, direction = (row.fields[name] for name in ("symbol", "side", "direction"))
        require(side in _OTHER_SIDE, f"type must be buy or sell, not {side!r}", "side")
        match direction.casefold():
            case "in":
                self._add(row, quantity, price, result, commission)
            case "out" | "out by":
                yield from self._reduce(row, quantity, price, result, commission)
            case "in/out":
                held = self._open.get((symbol, _OTHER_SIDE[side]))
                closed = min(quantity, held.left if held else ZERO)
                share = to_8_places(quotient(product(commission, closed), quantity))
                yield from self._reduce(row, closed, price, result + commission - share, share)
                self._add(row, quantity - closed, price, share - commission, commission - share)
            case _:
                raise Invalid(f"direction must be in, out or in/out, not {direction!r}", "direction")

    def _add(self, row: TradeRow, quantity: Decimal, price: Decimal, result: Decimal, commission: Decimal) -> None:
        if quantity:
            holding = self._open.setdefault((row.fields["symbol"], row.fields["side"]), _Holding(row))
            holding.quantity += quantity
            holding.left += quantity
            holding.paid += product(quantity, price)
            holding.result += result
            holding.commission += commission

    def _reduce(
        self, row: TradeRow, quantity: Decimal, price: Decimal, result: Decimal, commission: Decimal
    ) -> Iterator[TradeRow]:
        key = (row.fields["symbol"], _OTHER_SIDE[row.fields["side"]])
        holding = self._open.get(key)
        left = ZERO if holding is None else holding.left
        if holding is None or quantity > left or not quantity:
            raise Invalid(
                f"it closes {plain(quantity)} of {key[0]}, of which {plain(left)} is open above it", "quantity"
            )
        holding.left -= quantity
        holding.received += product(quantity, price)
        holding.result += result
        holding.commission += commission
        if not holding.left:
            yield self._open.pop(key).trade(row)
