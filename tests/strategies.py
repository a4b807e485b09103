"""Random scenarios: settings, signals, bars and commands, as plain values that every interface of a desk takes.

A scenario is a list of (method, arguments) of `tests.model.Desk`. Levels are drawn around the price of the
moment, and bars now and then open, turn or close exactly at a level that some signal asked for. Each step comes from
one number that Hypothesis draws: scenarios are made quickly, and shrink by losing steps.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

Record = dict[str, Any]
Step = tuple[str, Record]
T = TypeVar("T")
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
ZONES = ["UTC", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]
CENTURY = timedelta(days=36_500)
CAPITALS = [Decimal(1_000), Decimal(25_000), Decimal("123456.78")]
LEVERAGES = [Decimal("0.5"), Decimal(2), Decimal("10.5"), Decimal(50)]
RECKLESS = {
    "leverage": Decimal(50),
    "max_trade_risk_percent": Decimal(5_000),
    "max_campaign_risk_percent": Decimal(5_000),
    "max_heat_percent": Decimal(5_000),
}


def at_most(examples: int) -> int:
    """So many examples, or fewer where the profile asks for fewer: for laws whose examples take long."""
    return min(examples, settings().max_examples)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals from low to high with a fixed number of places."""
    scale = 10**places
    return st.integers(int(Decimal(low) * scale), int(Decimal(high) * scale)).map(lambda n: Decimal(n) / scale)


class Chance:
    """Random choices of the kinds that settings and scenarios need."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def pick(self, *choices: T) -> T:
        return self.random.choice(choices)

    def once_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def decimal(self, high: str, places: int = 2) -> Decimal:
        """From zero to high."""
        unit: int = 10**places
        return Decimal(self.number(0, int(Decimal(high) * unit))) / unit

    def slippage(self) -> Record:
        limits = {"volume_limit": self.decimal("1", 3), "price_impact": self.decimal("0.5", 3)}
        return self.pick(
            {"percent": self.decimal("3", 3)}, {"per_share": self.decimal("0.5", 4)}, {"volume_share": limits}
        )

    def commission(self) -> Record:
        per_share = {"rate": self.decimal("0.02", 4)}
        if self.once_in(2):
            per_share["minimum"] = self.decimal("5")
        if self.once_in(2):
            per_share["maximum_percent"] = self.decimal("2")
        return self.pick(
            {"per_share": per_share}, {"basis_points": self.decimal("30")}, {"per_order": self.decimal("10")}
        )

    def settings(self) -> Record:
        """Some settings; the rest keep their values, and None restores a default."""
        if self.once_in(6):
            return dict(RECKLESS)
        chosen: Record = {
            "starting_capital": self.pick(*CAPITALS),
            "use_realistic_fills": self.once_in(2),
            "slippage": self.slippage(),
            "commission": self.commission(),
            "leverage": self.pick(*LEVERAGES),
            "max_trade_risk_percent": self.pick(Decimal("0.5"), Decimal(5), Decimal(5_000)),
            "max_campaign_risk_percent": self.pick(Decimal("1.5"), Decimal(5_000)),
            "max_heat_percent": self.pick(Decimal(3), Decimal(5_000)),
            "max_price_age_seconds": self.pick(0, 3_600, 10 * 86_400),
            "scale_out_percent": self.decimal("100", 1),
            "break_even_after_target1": self.once_in(2),
            "intrabar": self.pick("PESSIMISTIC", "OPTIMISTIC"),
            "limit_fill": self.pick("TOUCH", "THROUGH", "THROUGH"),
            "max_holding_days": self.pick(None, 1, 3),
            "max_daily_loss_percent": self.pick(None, Decimal("0.5"), Decimal(3)),
            "max_drawdown_percent": self.pick(None, Decimal(1), Decimal(8)),
            "periods_per_year": self.pick(None, 260),
            "timezone": self.pick(*ZONES),
        }
        named = {name for name in chosen if self.once_in(3)} | {self.pick("slippage", "commission", "intrabar")}
        return {name: None if self.once_in(20) else value for name, value in chosen.items() if name in named}


class _ScenarioGenerator(Chance):
    """Generates one step after the other, and keeps enough of them to make the next ones effective."""

    def __init__(self, random: Random, accounts: tuple[str, ...], symbols: tuple[str, ...]) -> None:
        super().__init__(random)
        self.accounts = accounts
        self.all_symbols = symbols
        self.symbols = random.sample(symbols, self.number(1, min(3, len(symbols))))
        self.now = OPENING
        self.prices = {symbol: SYMBOLS[symbol][1] for symbol in symbols}
        self.times = dict.fromkeys(symbols, OPENING)
        self.levels: dict[str, list[Decimal]] = {symbol: [price] for symbol, price in self.prices.items()}
        self.data: list[Record] = []
        self.sent: list[Step] = []
        self.identified: list[Step] = []

    def step(self, seed: int) -> Step:
        self.random = Random(seed)
        kind = self.number(1, 20)
        if kind <= 10:
            return self.batch(self.number(1, 4))
        if kind <= 17:
            return self.signal()
        return self.signal_command() if kind <= 19 else self.account_command()

    def rounded(self, symbol: str, price: Decimal) -> Decimal:
        tick = SYMBOLS[symbol][2]
        return max(tick, (price / tick).quantize(Decimal(1), ROUND_HALF_EVEN) * tick)

    def around(self, symbol: str, low: int, high: int) -> Decimal:
        """A price so many tenths of a percent from the last one."""
        return self.rounded(symbol, self.prices[symbol] * (1000 + self.number(low, high)) / 1000)

    # Market data

    def opening(self) -> Step:
        bars = [self.bar(symbol, OPENING, SPANS[1]) for symbol in self.symbols]
        for bar in bars:
            self.advance(bar["symbol"], bar["end"], bar["close"])
        return "ingest", {"batch": bars}

    def batch(self, size: int) -> Step:
        start, span = self.now + self.pick(*PAUSES), self.pick(*SPANS)
        return "ingest", {"batch": [self.item(start, span) for _ in range(size)]}

    def item(self, earliest: datetime, span: timedelta) -> Record:
        if self.data and self.once_in(12):
            return self.repeated()
        symbol = self.pick(*self.symbols)
        start = max(earliest, self.times[symbol])
        if self.once_in(4 if self.times[symbol] > self.now - SPANS[1] else 8):
            start, span = self.times[symbol], self.pick(*SPANS)
        item = self.quote_after(symbol, start) if self.once_in(5) else self.bar(symbol, start, span)
        if self.once_in(25):
            item = moved(item, self.pick(*(-span for span in SPANS), CENTURY))
        elif "time" in item:
            self.advance(symbol, item["time"], item["price"])
            self.times[symbol] = self.pick(start, item["time"])
        else:
            self.advance(symbol, item["end"], item["close"])
        self.data.append(item)
        return item

    def advance(self, symbol: str, end: datetime, price: Decimal) -> None:
        self.times[symbol] = end
        self.now = max(self.now, end)
        self.prices[symbol] = price

    def repeated(self) -> Record:
        """A duplicate, or a bar that contradicts one sent before."""
        item = dict(self.pick(*self.data))
        if "high" in item and self.once_in(2):
            item["high"] += SYMBOLS[item["symbol"]][2]
        return item

    def quote_after(self, symbol: str, start: datetime) -> Record:
        """A quote, with or without room for bars before it: a quote makes no bar late (R7)."""
        time = start + self.pick(timedelta(0), timedelta(minutes=30))
        return {"symbol": symbol, "time": time, "price": self.price_of_interest(symbol)}

    def price_of_interest(self, symbol: str) -> Decimal:
        if self.once_in(3):
            return self.pick(*self.levels[symbol][-6:])
        return self.around(symbol, -150, 150) if self.once_in(6) else self.around(symbol, -25, 25)

    def bar(self, symbol: str, start: datetime, span: timedelta) -> Record:
        opens = self.prices[symbol] if self.once_in(3) else self.price_of_interest(symbol)
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
        if self.sent and self.once_in(12):
            return self.sent_again()
        symbol = self.pick(*self.all_symbols) if self.once_in(30) else self.pick(*self.symbols)
        levels = self.relative(symbol, self.levels_of(symbol))
        sized = self.size_and_exits(symbol, has_stop="stop_loss" in levels or "stop_distance" in levels)
        signal = levels | sized | self.dates_and_labels(symbol)
        signal["id"] = str(UUID(int=len(self.sent) + 1, version=4))
        if self.identified and "good_until" not in signal and self.once_in(20):
            signal["id"] = self.pick(*self.identified)[1]["once"]  # a command's
        step = ("execute_signal", {"name": self.pick(*self.accounts), "signal": signal})
        self.sent.append(step)
        return step

    def sent_again(self) -> Step:
        method, arguments = self.pick(*self.sent)
        if self.once_in(2):
            changed = dict(arguments["signal"])
            if "target1" in changed:
                changed["target1"] += SYMBOLS[changed["symbol"]][2]
            else:
                changed["source"] = "another"
            arguments = arguments | {"signal": changed}
        return method, arguments

    def levels_of(self, symbol: str) -> Record:
        side = self.pick("LONG", "SHORT")
        sign = 1 if side == "LONG" else -1
        entry = self.pick("MARKET", "MARKET", "NEXT_OPEN", "LIMIT", "STOP", "AT_CLOSE")
        record: Record = {"symbol": symbol, "asset_class": SYMBOLS[symbol][0], "side": side, "entry": entry}
        middle = 0
        if entry in ("LIMIT", "STOP"):
            middle = sign * self.number(-4, 30) * (1 if entry == "STOP" else -1)
            record["entry_price"] = self.around(symbol, middle, middle)
        elif entry == "MARKET" and self.once_in(4):
            record["market_price"] = self.around(symbol, -10, 10)
        record["stop_loss"] = self.off(symbol, middle, -sign)
        record["target1"] = self.off(symbol, middle, sign)
        if self.once_in(2):
            record["target2"] = self.rounded(symbol, record["target1"] * (1000 + sign * self.number(0, 40)) / 1000)
        if self.once_in(15):
            record["stop_loss"], record["target1"] = record["target1"], record["stop_loss"]
        for name, others in (("stop_loss", 10), ("target1", 50 if "target2" in record else 6)):
            if self.once_in(others):
                del record[name]
        named = ("stop_loss", "target1", "target2", "entry_price")
        self.levels[symbol] += [record[key] for key in named if key in record]
        return record

    def relative(self, symbol: str, levels: Record) -> Record:
        """Now and then levels in their relative form, and rarely in both."""
        changed = dict(levels)
        if "stop_loss" in levels and self.once_in(5):
            distance = self.rounded(symbol, self.prices[symbol] * self.number(0, 60) / 1000)
            changed |= self.pick({"stop_distance": distance}, {"stop_percent": self.decimal("6", 3) + Decimal("0.001")})
        for name in ("target1", "target2"):
            if name in levels and "stop_loss" in levels and self.once_in(5):
                changed[f"{name}_r"] = self.decimal("3", 2) + Decimal("0.01")
        for name, others in (("stop_loss", ("stop_distance", "stop_percent")), ("target1", ("target1_r",)),
                             ("target2", ("target2_r",))):  # fmt: skip
            if name in changed and any(other in changed for other in others) and not self.once_in(30):
                del changed[name]
        return changed

    def off(self, symbol: str, middle: int, sign: int) -> Decimal:
        distance = middle + sign * self.number(1, 60)
        return self.around(symbol, distance, distance)

    def size_and_exits(self, symbol: str, *, has_stop: bool) -> Record:
        record: Record = {}
        if self.once_in(2 if has_stop else 20):
            record["risk_percent"] = self.decimal("2.2") + Decimal("0.05")
        elif SYMBOLS[symbol][0] == "CRYPTO":
            record["quantity"] = Decimal(self.number(1, 10**8)) / 10**8
        else:
            worth = 40_000 if has_stop or self.once_in(3) else 2_000
            record["quantity"] = Decimal(max(1, int(self.number(1, worth) / self.prices[symbol])))
        if self.once_in(4):
            record["scale_out_percent"] = self.decimal("100", 1)
        if self.once_in(3):
            record["break_even_after_target1"] = self.once_in(2)
        if self.once_in(4):
            record["trailing_stop"] = self.trailing_stop(symbol)
        return record

    def trailing_stop(self, symbol: str) -> Record:
        distance, way = self.rounded(symbol, self.prices[symbol] * self.number(1, 30) / 1000), self.number(1, 10)
        trailing: Record = {"offset": distance} if way <= 7 else {"percent": self.decimal("3", 3) + Decimal("0.001")}
        if way % 3:
            trailing["activation"] = self.around(symbol, -30, 30)
        elif way == 3:
            trailing["activation_r"] = self.decimal("2") + Decimal("0.01")
        if self.once_in(3):
            trailing["step"] = self.rounded(symbol, self.prices[symbol] * self.number(1, 10) / 1000)
        return trailing

    def dates_and_labels(self, symbol: str) -> Record:
        record: Record = {}
        if self.once_in(2):
            record["campaign_id"] = self.pick("spring", "autumn")
        if not self.once_in(3):
            nearby = (timedelta(0), timedelta(0), timedelta(minutes=10), timedelta(days=2))
            earlier = (-timedelta(hours=1), -timedelta(hours=2), -timedelta(days=1))
            record["timestamp"] = max(self.now, self.times[symbol]) + self.pick(*nearby, self.pick(*earlier))
        moment = record.get("timestamp", self.now)
        if self.once_in(4):
            record["expires_at"] = moment + self.pick(*SPANS, timedelta(days=3))
        if self.once_in(15):
            record["good_until"] = moment + self.pick(*SPANS, -SPANS[0])
        if self.once_in(6):
            record["time_in_force"] = self.pick("GTC", "GTD", "IOC", "IOC", "IOC", "DAY")
        if self.once_in(12):
            record["pattern"] = self.pick("SPRING", "UTAD")
        if self.once_in(40):
            record["asset_class"] = self.pick("STOCK", "FOREX", "CRYPTO")
        return record

    # Other commands

    def signal_command(self) -> Step:
        if not self.sent:
            return "cancel_signal", {"name": self.accounts[0], "signal_id": str(UUID(int=0, version=4))}
        sent = self.pick(*self.sent[-8:])[1]
        arguments: Record = {"name": sent["name"], "signal_id": sent["signal"]["id"]}
        if self.once_in(10):
            arguments["name"] = self.pick(*self.accounts)
        if self.once_in(6):
            return self.reversal(arguments, sent["signal"])
        if self.once_in(3):
            return self.amendment(arguments, sent["signal"])
        if self.once_in(3):
            return self.maybe_with_id("cancel_signal", arguments)
        if self.once_in(3):
            arguments["market_price"] = self.around(sent["signal"]["symbol"], -20, 20)
        if self.once_in(3):
            arguments["timestamp"] = self.now + self.pick(timedelta(0), timedelta(minutes=5), -SPANS[1], -SPANS[2])
        if self.once_in(8):
            arguments = {key: value for key, value in arguments.items() if key != "signal_id"}
            if self.once_in(2):
                arguments["symbol"] = sent["signal"]["symbol"]
            else:
                arguments.pop("market_price", None)
            return self.maybe_with_id("close_all", arguments)
        return self.maybe_with_id("close_position", arguments | self.part(sent["signal"]))

    def part(self, signal: Record) -> Record:
        """How much of a position to close: all of it, a quantity or a percent, now and then one that cannot be."""
        if self.once_in(3):
            return {}
        if self.once_in(2):
            return {
                "percent": self.pick(Decimal(100), Decimal(50), self.decimal("100"), self.decimal("2"), Decimal(101))
            }
        whole = int(self.number(1, 40))
        quantity = Decimal(whole) / 10**3 if signal.get("asset_class") == "CRYPTO" else Decimal(whole)
        return {"quantity": self.pick(quantity, quantity, quantity / 2)}

    def reversal(self, arguments: Record, signal: Record) -> Step:
        """A position closed for one of the other side, or now and then for what is none."""
        other = self.pick("LONG", "SHORT") if self.once_in(8) else "SHORT" if signal["side"] == "LONG" else "LONG"
        symbol, sign = signal["symbol"], 1 if other == "LONG" else -1
        own: Record = {"symbol": symbol, "asset_class": SYMBOLS[symbol][0], "side": other}
        own |= {"stop_loss": self.off(symbol, 0, -sign), "target1": self.off(symbol, 0, sign)}
        own |= self.size_and_exits(symbol, has_stop=True)
        if self.once_in(3):
            own["timestamp"] = self.now
        if self.once_in(3):
            own["market_price"] = self.around(symbol, -5, 5)
        own["id"] = str(UUID(int=2**40 + len(self.sent) + len(self.identified) + self.number(0, 3), version=4))
        return "reverse_position", {**arguments, "signal": own}

    def amendment(self, arguments: Record, signal: Record, chosen: str | None = None) -> Step:
        """Some of what can be amended: near what it was, or taken away."""
        symbol, sign = signal["symbol"], 1 if signal["side"] == "LONG" else -1
        possible: Record = {
            "stop_loss": self.pick(None, *[self.around(symbol, *sorted((-sign * 40, sign * 10)))] * 5),
            "target1": self.pick(None, *[self.off(symbol, 0, sign)] * 5),
            "target2": self.pick(None, self.off(symbol, 30 * sign, sign)),
            "trailing_stop": self.pick(
                None,
                {"activation": self.around(symbol, -30, 30), "offset": SYMBOLS[symbol][2] * self.number(1, 300)},
                {"percent": self.decimal("3") + Decimal("0.1"), "activation_r": self.decimal("2") + Decimal("0.1")},
            ),
            "expires_at": self.pick(None, self.now + self.pick(*SPANS, -SPANS[0])),
            "campaign_id": self.pick(None, "spring", "autumn"),
            "note": self.pick(None, "as told"),
        }
        method = chosen or self.pick("amend_signal", "amend_position")
        if method == "amend_signal":
            possible |= {
                "entry_price": self.around(symbol, -30, 30),
                "quantity": Decimal(self.number(1, 50)),
                "risk_percent": self.decimal("2.2") + Decimal("0.05"),
                "good_until": self.pick(None, self.now + self.pick(*SPANS)),
                "stop_percent": self.decimal("3") + Decimal("0.1"),
                "target1_r": self.decimal("3") + Decimal("0.1"),
            }
        names = self.random.sample(sorted(possible), self.number(1, 3))
        changes = {name: possible[name] for name in names}
        self.levels[symbol] += [value for value in changes.values() if isinstance(value, Decimal) and value > 10]
        arguments["changes"] = changes
        if self.once_in(3):
            arguments["timestamp"] = self.now + self.pick(timedelta(0), timedelta(minutes=5), -SPANS[1], -SPANS[2])
        return self.maybe_with_id(method, arguments)

    def amending_step(self, seed: int) -> Step:
        """Mostly amendments and closings in part of signals that were taken; a few more such signals, and bars."""
        self.random = Random(seed)
        kind = self.number(1, 20)
        if kind <= 5:
            return self.batch(1)
        if kind <= 8 or not self.sent:
            return self.sound_signal()
        sent = self.pick(*self.sent[-3:])[1]
        named: Record = {"name": sent["name"], "signal_id": sent["signal"]["id"]}
        if kind <= 10:
            return self.maybe_with_id("close_position", named | self.part(sent["signal"]))
        waits = sent["signal"]["entry"] == "LIMIT" and self.once_in(2)
        return self.amendment(named, sent["signal"], "amend_signal" if waits else "amend_position")

    def sound_signal(self) -> Step:
        """One that is taken, for it is small and its levels are in order; it waits, or fills at once."""
        symbol, sign = self.pick(*self.symbols), self.pick(1, -1)
        off = self.number(10, 30) if self.once_in(2) else 0
        signal: Record = {"symbol": symbol, "asset_class": SYMBOLS[symbol][0], "side": "LONG" if sign > 0 else "SHORT"}
        signal |= {"entry": "MARKET", "market_price": self.prices[symbol]}
        if off:
            signal |= {"entry": "LIMIT", "entry_price": self.around(symbol, -sign * off, -sign * off)}
            del signal["market_price"]
        signal["stop_loss"] = self.around(symbol, -sign * 60, -sign * 60)
        signal["target1"] = self.around(symbol, sign * 40, sign * 40)
        signal["target2"] = self.around(symbol, sign * 90, sign * 90)
        quantity = self.number(500, 2_000) / self.prices[symbol]
        signal["quantity"] = quantity.quantize(Decimal("0.001")) if symbol == "BTCUSD" else Decimal(int(quantity))
        signal |= {"campaign_id": self.pick("spring", "autumn")} if self.once_in(2) else {}
        signal["id"] = str(UUID(int=len(self.sent) + 1, version=4))
        step = ("execute_signal", {"name": self.pick(*self.accounts), "signal": signal})
        self.sent.append(step)
        return step

    def account_command(self) -> Step:
        name = self.pick(*self.accounts, *self.accounts, "nobody")
        method = self.pick("enable", "enable", "resume", "resume", "update_settings", "disable", "reset")
        if method == "enable" and name == "nobody":
            method = "resume"
        arguments: Record = {"name": name}
        if method == "update_settings" or (method in ("enable", "reset") and self.once_in(3)):
            arguments["settings"] = self.settings()
        if method == "reset" and self.once_in(2):
            arguments["session"] = self.pick(1, 2, 3)
        return (method, arguments) if method in ("enable", "disable") else self.maybe_with_id(method, arguments)

    def maybe_with_id(self, method: str, arguments: Record) -> Step:
        """A command without an id, or with one: its own, that of another, or all of an earlier one again."""
        if self.once_in(2):
            return method, arguments
        if self.identified and self.once_in(4):
            return self.pick(*self.identified)
        own = str(UUID(int=2**32 + len(self.identified), version=4))
        others = [
            *(earlier["once"] for _, earlier in self.identified),
            *(entry["signal"]["id"] for _, entry in self.sent),
        ]
        chosen = self.pick(*others) if others and self.once_in(8) else own
        step = (method, {**arguments, "once": chosen})
        self.identified.append(step)
        return step


def moved(item: Record, by: timedelta) -> Record:
    return {key: value + by if isinstance(value, datetime) else value for key, value in item.items()}


@st.composite
def scenarios(
    draw: Draw,
    accounts: tuple[str, ...] = ("default", "second"),
    symbols: tuple[str, ...] = tuple(SYMBOLS),
    longest: int = 40,
) -> list[Step]:
    """The steps of a desk from its first account on."""
    seeds = st.integers(0, 2**32 - 1)
    generator = _ScenarioGenerator(Random(draw(seeds)), accounts, symbols)
    steps: list[Step] = [("enable", {"name": name, "settings": generator.settings()}) for name in accounts]
    if not generator.once_in(10):
        steps.append(generator.opening())
    return steps + [generator.step(draw(seeds)) for _ in range(draw(st.integers(1, longest)))]


@st.composite
def amending_scenarios(draw: Draw, longest: int = 40) -> list[Step]:
    """The steps of a desk on which waiting signals and open positions are amended, and closed in part.

    Its limits are near enough to what is at stake for some amendments to meet them.
    """
    seeds = st.integers(0, 2**32 - 1)
    generator = _ScenarioGenerator(Random(draw(seeds)), ("default",), tuple(SYMBOLS))
    limits: Record = {
        "starting_capital": Decimal(25_000),
        "use_realistic_fills": generator.once_in(2),
        "max_trade_risk_percent": generator.pick(Decimal("0.5"), Decimal(1), Decimal(5_000)),
        "max_campaign_risk_percent": generator.pick(Decimal(1), Decimal(5_000)),
        "max_heat_percent": generator.pick(Decimal("1.5"), Decimal(5_000)),
        "max_daily_loss_percent": generator.pick(None, None, None, Decimal("0.5")),
    }
    steps: list[Step] = [("enable", {"name": "default", "settings": limits}), generator.opening()]
    steps += [generator.sound_signal() for _ in range(3)]
    return steps + [generator.amending_step(draw(seeds)) for _ in range(draw(st.integers(1, longest)))]
