"""Random lives of a desk: settings, signals, bars and commands, as plain values that any entrance to it can take.

A story is a list of (method, arguments) in the words of `tests.model.Desk`. Levels are drawn around the price of the
moment, and bars now and then open, turn or close exactly at a level that some signal asked for.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

Record = dict[str, Any]
Step = tuple[str, Record]
Draw = Callable[[st.SearchStrategy[Any]], Any]

OPENING = datetime(2024, 1, 2, tzinfo=UTC)
WALL = datetime(2026, 1, 1, tzinfo=UTC)
SYMBOLS = {
    "AAPL": ("STOCK", Decimal(100), Decimal("0.01")),
    "MICRO": ("STOCK", Decimal("0.0004"), Decimal("0.00000001")),
    "EURUSD": ("FOREX", Decimal("1.1"), Decimal("0.00001")),
    "BTCUSD": ("CRYPTO", Decimal(30_000), Decimal("0.00000001")),
}
SPANS = [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)]
PAUSES = [timedelta(0)] * 4 + [timedelta(minutes=30), timedelta(hours=5), timedelta(days=2)]


def decimals(low: str, high: str, places: int = 2) -> st.SearchStrategy[Decimal]:
    """Decimals from low to high with a fixed number of places."""
    scale = 10**places
    return st.integers(int(Decimal(low) * scale), int(Decimal(high) * scale)).map(lambda n: Decimal(n) / scale)


def percent(high: str, places: int = 2) -> st.SearchStrategy[Decimal]:
    return decimals("0", high, places)


SLIPPAGES = st.one_of(
    st.fixed_dictionaries({"percent": percent("3", 3)}),
    st.fixed_dictionaries({"per_share": decimals("0", "0.5", 4)}),
    st.fixed_dictionaries(
        {"volume_share": st.fixed_dictionaries({"volume_limit": percent("1", 3), "price_impact": percent("0.5", 3)})}
    ),
)
COMMISSIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "per_share": st.fixed_dictionaries(
                {"rate": decimals("0", "0.02", 4)},
                optional={"minimum": decimals("0", "5"), "maximum_percent": percent("2")},
            )
        }
    ),
    st.fixed_dictionaries({"basis_points": decimals("0", "30")}),
    st.fixed_dictionaries({"per_order": decimals("0", "10")}),
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "starting_capital": st.sampled_from([Decimal(1_000), Decimal(25_000), Decimal("123456.78")]),
        "use_realistic_fills": st.booleans(),
        "slippage": SLIPPAGES,
        "commission": COMMISSIONS,
        "leverage": st.sampled_from([Decimal("0.5"), Decimal(2), Decimal("10.5"), Decimal(50)]),
        "max_trade_risk_percent": st.sampled_from([Decimal("0.5"), Decimal(5), Decimal(100)]),
        "max_campaign_risk_percent": st.sampled_from([Decimal("1.5"), Decimal(100)]),
        "max_heat_percent": st.sampled_from([Decimal(3), Decimal(100)]),
        "max_price_age_seconds": st.sampled_from([0, 3_600, 10 * 86_400]),
        "scale_out_percent": percent("100", 1),
        "break_even_after_target1": st.booleans(),
        "intrabar": st.sampled_from(["PESSIMISTIC", "OPTIMISTIC"]),
        "max_holding_days": st.sampled_from([None, 1, 3]),
        "max_daily_loss_percent": st.sampled_from([None, Decimal("0.5"), Decimal(3)]),
        "max_drawdown_percent": st.sampled_from([None, Decimal(1), Decimal(8)]),
    },
)
RECKLESS = st.just(
    {
        "leverage": Decimal(50),
        "max_trade_risk_percent": Decimal(100),
        "max_campaign_risk_percent": Decimal(100),
        "max_heat_percent": Decimal(100),
    }
)


class _Storyteller:
    """Draws one step after the other, and remembers enough of them to make the next ones matter."""

    def __init__(self, draw: Draw, accounts: list[str]) -> None:
        self.draw = draw
        self.accounts = accounts
        self.symbols = draw(st.lists(st.sampled_from(list(SYMBOLS)), min_size=1, max_size=3, unique=True))
        self.now = OPENING
        self.prices = {symbol: price for symbol, (_, price, _) in SYMBOLS.items()}
        self.times = dict.fromkeys(SYMBOLS, OPENING)
        self.levels: dict[str, list[Decimal]] = {symbol: [price] for symbol, price in self.prices.items()}
        self.data: list[Record] = []
        self.sent: list[Step] = []

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    def rounded(self, symbol: str, price: Decimal) -> Decimal:
        tick = SYMBOLS[symbol][2]
        return max(tick, (price / tick).quantize(Decimal(1), ROUND_HALF_EVEN) * tick)

    def around(self, symbol: str, low: int, high: int) -> Decimal:
        """A price so many tenths of a percent from the last one."""
        per_mille = self.draw(st.integers(low, high))
        return self.rounded(symbol, self.prices[symbol] * (1000 + per_mille) / 1000)

    # Market data

    def batch(self, size: int) -> Step:
        start, span = self.now + self.pick(*PAUSES), self.pick(*SPANS)
        return "ingest", {"batch": [self.item(start, span) for _ in range(size)]}

    def opening(self) -> Step:
        bars = [self.bar(symbol, OPENING, SPANS[1]) for symbol in self.symbols]
        for bar in bars:
            self.advance(bar["symbol"], bar["end"], bar["close"])
        return "ingest", {"batch": bars}

    def item(self, earliest: datetime, span: timedelta) -> Record:
        if self.data and self.chance(12):
            return self.repeated()
        symbol = self.pick(*self.symbols)
        start = max(earliest, self.times[symbol])
        if self.chance(6):
            start, span = self.times[symbol], self.pick(*SPANS)
        item = self.quote(symbol, start) if self.chance(5) else self.bar(symbol, start, span)
        if self.chance(25):
            item = self.moved(item, -self.pick(*SPANS))
        else:
            self.advance(symbol, item.get("end", start), item.get("close", item.get("price")))
        self.data.append(item)
        return item

    def advance(self, symbol: str, end: datetime, price: Decimal) -> None:
        self.times[symbol] = end
        self.now = max(self.now, end)
        self.prices[symbol] = price

    def repeated(self) -> Record:
        """A duplicate, or a bar that contradicts one sent before."""
        item = dict(self.pick(*self.data))
        if "high" in item and self.chance(2):
            item["high"] += SYMBOLS[item["symbol"]][2]
        return item

    def moved(self, item: Record, by: timedelta) -> Record:
        return {key: value + by if isinstance(value, datetime) else value for key, value in item.items()}

    def quote(self, symbol: str, time: datetime) -> Record:
        return {"symbol": symbol, "time": time, "price": self.price_of_interest(symbol)}

    def price_of_interest(self, symbol: str) -> Decimal:
        if self.chance(3):
            return self.pick(*self.levels[symbol][-6:])
        return self.around(symbol, -150, 150) if self.chance(6) else self.around(symbol, -25, 25)

    def bar(self, symbol: str, start: datetime, span: timedelta) -> Record:
        calm = self.chance(3)
        opens = self.prices[symbol] if calm else self.price_of_interest(symbol)
        turns = [opens, *(self.price_of_interest(symbol) for _ in range(3))]
        volume = self.pick(None, Decimal(0), Decimal(700), Decimal("1234567.5"))
        return {
            "symbol": symbol,
            "start": start,
            "end": start + span,
            "open": opens,
            "high": max(turns),
            "low": min(turns),
            "close": turns[-1],
            "volume": volume,
        }

    # Signals

    def signal(self) -> Step:
        if self.sent and self.chance(12):
            return self.sent_again()
        symbol = self.pick(*SYMBOLS) if self.chance(30) else self.pick(*self.symbols)
        signal = self.levels_of(symbol) | self.size_and_exits(symbol) | self.odds_and_ends(symbol)
        signal["id"] = str(UUID(int=len(self.sent) + 1, version=4))
        step = ("execute_signal", {"name": self.pick(*self.accounts), "signal": signal})
        self.sent.append(step)
        return step

    def sent_again(self) -> Step:
        method, arguments = self.pick(*self.sent)
        if self.chance(2):
            changed = dict(arguments["signal"])
            changed["target1"] += SYMBOLS[changed["symbol"]][2]
            arguments = arguments | {"signal": changed}
        return method, arguments

    def levels_of(self, symbol: str) -> Record:
        side = self.pick("LONG", "SHORT")
        sign = 1 if side == "LONG" else -1
        entry = self.pick("MARKET", "MARKET", "NEXT_OPEN", "LIMIT", "STOP")
        record: Record = {"symbol": symbol, "asset_class": SYMBOLS[symbol][0], "side": side, "entry": entry}
        middle = 0
        if entry in ("LIMIT", "STOP"):
            nearer = self.draw(st.integers(-4, 30))
            middle = sign * (nearer if entry == "STOP" else -nearer)
            record["entry_price"] = self.around(symbol, middle, middle)
        elif entry == "MARKET" and self.chance(4):
            record["market_price"] = self.around(symbol, -10, 10)
        record["stop_loss"] = self.off(symbol, middle, -sign, 60)
        record["target1"] = self.off(symbol, middle, sign, 60)
        if self.chance(2):
            further = self.draw(st.integers(0, 40))
            record["target2"] = self.rounded(symbol, record["target1"] * (1000 + sign * further) / 1000)
        if self.chance(15):
            record["stop_loss"], record["target1"] = record["target1"], record["stop_loss"]
        named = ("stop_loss", "target1", "target2", "entry_price")
        self.levels[symbol] += [record[key] for key in named if key in record]
        return record

    def off(self, symbol: str, middle: int, sign: int, most: int) -> Decimal:
        distance = self.draw(st.integers(1, most))
        return self.around(symbol, middle + sign * distance, middle + sign * distance)

    def size_and_exits(self, symbol: str) -> Record:
        record: Record = {}
        if self.chance(2):
            record["risk_percent"] = self.draw(decimals("0.05", "2.2"))
        else:
            worth = self.draw(st.integers(1, 40_000))
            whole = max(1, int(worth / self.prices[symbol]))
            small = Decimal(self.draw(st.integers(1, 10**8))) / 10**8
            record["quantity"] = small if symbol == "BTCUSD" else Decimal(whole)
        if self.chance(4):
            record["scale_out_percent"] = self.draw(percent("100", 1))
        if self.chance(3):
            record["break_even_after_target1"] = self.draw(st.booleans())
        if self.chance(4):
            offset = self.draw(st.integers(1, 30))
            record["trailing_stop"] = {
                "activation": self.around(symbol, -30, 30),
                "offset": self.rounded(symbol, self.prices[symbol] * offset / 1000),
            }
        return record

    def odds_and_ends(self, symbol: str) -> Record:
        record: Record = {}
        if self.chance(2):
            record["campaign_id"] = self.pick("spring", "autumn")
        if not self.chance(3):
            record["timestamp"] = max(self.now, self.times[symbol]) + self.pick(
                timedelta(0), timedelta(0), timedelta(minutes=10), -timedelta(hours=2), timedelta(days=2)
            )
        moment = record.get("timestamp", self.now)
        if self.chance(5):
            record["expires_at"] = moment + self.pick(timedelta(minutes=2), timedelta(hours=3), timedelta(days=3))
        if self.chance(15):
            record["good_until"] = moment + self.pick(timedelta(minutes=2), timedelta(days=1), -timedelta(1))
        if self.chance(12):
            record["pattern"] = self.pick("SPRING", "UTAD")
        if self.chance(40):
            record["asset_class"] = self.pick("STOCK", "FOREX", "CRYPTO")
        return record

    # Everything else that can be asked

    def about_a_signal(self) -> Step:
        name, signal_id = self.pick(*self.accounts), str(UUID(int=0, version=4))
        if self.sent:
            sent = self.pick(*self.sent[-8:])[1]
            name, signal_id = sent["name"], sent["signal"]["id"]
        if self.chance(3):
            return "cancel_signal", {"name": name, "signal_id": signal_id}
        arguments: Record = {"name": name, "signal_id": signal_id}
        if self.sent and self.chance(3):
            arguments["market_price"] = self.around(sent["signal"]["symbol"], -20, 20)
        if self.chance(3):
            arguments["timestamp"] = self.now + self.pick(timedelta(0), timedelta(minutes=5), -timedelta(hours=1))
        return "close_position", arguments

    def about_an_account(self) -> Step:
        name = self.pick(*self.accounts, *self.accounts, "nobody")
        method = self.pick("enable", "enable", "resume", "resume", "update_settings", "disable", "reset")
        arguments: Record = {"name": name}
        if method == "update_settings" or (method in ("enable", "reset") and self.chance(3)):
            arguments["settings"] = self.draw(SETTINGS)
        if method == "enable" and name == "nobody":
            return "resume", {"name": name}
        if method == "reset" and self.chance(2):
            arguments["session"] = self.pick(1, 2, 3)
        return method, arguments

    def step(self) -> Step:
        kind = self.draw(st.integers(1, 20))
        if kind <= 10:
            return self.batch(self.draw(st.integers(1, 4)))
        if kind <= 17:
            return self.signal()
        return self.about_a_signal() if kind <= 19 else self.about_an_account()


@st.composite
def stories(draw: Draw, accounts: tuple[str, ...] = ("default", "second"), longest: int = 40) -> list[Step]:
    """What happens to a desk from its first account on."""
    teller = _Storyteller(draw, list(accounts))
    steps: list[Step] = [
        ("enable", {"name": name, "settings": draw(st.one_of(SETTINGS, SETTINGS, RECKLESS))}) for name in accounts
    ]
    if not teller.chance(10):
        steps.append(teller.opening())
    return steps + [teller.step() for _ in range(draw(st.integers(1, longest)))]
