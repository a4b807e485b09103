"""A small independent model of the desk, written from the rule book alone (domain/README.md).

It is slow, mutable and plain on purpose: one dict per position, exact fractions, rounding only where a rule rounds.
It imports nothing of ours, so that it can stand beside the domain, the database and the API alike: strings,
Decimals and datetimes in, plain dicts out. A position is named by the id of its signal.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]

DEFAULTS: Record = {
    "starting_capital": Decimal(100_000),
    "use_realistic_fills": True,
    "slippage": {"percent": Decimal("0.02")},
    "commission": {"per_share": {"rate": Decimal("0.005")}},
    "leverage": Decimal(1),
    "max_trade_risk_percent": Decimal(2),
    "max_campaign_risk_percent": Decimal(5),
    "max_heat_percent": Decimal(10),
    "max_price_age_seconds": 86_400,
    "scale_out_percent": Decimal(50),
    "break_even_after_target1": False,
    "intrabar": "PESSIMISTIC",
    "max_holding_days": None,
    "max_daily_loss_percent": None,
    "max_drawdown_percent": None,
    "periods_per_year": None,
    "timezone": "UTC",
}
SIDES = {"SPRING": "LONG", "SOS": "LONG", "LPS": "LONG", "UTAD": "SHORT"}
STEPS = {"STOCK": Fraction(1), "FOREX": Fraction(1), "CRYPTO": Fraction(1, 10**8)}
SMALLEST = Fraction(1, 10**8)
WIDE = Context(prec=60)


def rounded(value: Fraction) -> Fraction:
    return round(Fraction(value), 8)


def decimal(value: Fraction) -> Decimal:
    return WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))


def down_to_step(quantity: Fraction, step: Fraction) -> Fraction:
    return quantity // step * step


def normal(content: Any) -> Any:
    """What was sent, with numbers by value and without what was not sent (R5)."""
    if isinstance(content, dict):
        return {key: normal(value) for key, value in content.items() if value is not None}
    return Fraction(content) if isinstance(content, (Decimal, int)) and not isinstance(content, bool) else content


def with_defaults(settings: Record | None) -> Record:
    """Settings as given, where None restores the default."""
    return {key: DEFAULTS[key] if value is None else value for key, value in (settings or {}).items()}


class Desk:
    """The desk at one wall time. Its clock is the latest end of any applied bar, or the wall (R2)."""

    def __init__(self, wall: datetime, market_clock: bool = True) -> None:
        self.wall = wall
        self.market_clock = market_clock
        self.latest_end: datetime | None = None
        self.accounts: dict[str, Account] = {}
        self.asset_class: dict[str, str] = {}
        self.price: dict[str, Fraction] = {}
        self.price_time: dict[str, datetime] = {}
        self.open_of_bar_under_way: dict[str, Fraction] = {}
        self.volume: dict[str, Fraction | None] = {}
        self.bars: dict[tuple[str, datetime, datetime], Record] = {}
        self.quotes: set[tuple[str, datetime, Fraction]] = set()
        self.last_bar_end: dict[str, datetime] = {}

    @property
    def clock(self) -> datetime:
        return self.latest_end if self.market_clock and self.latest_end else self.wall

    # Commands about accounts

    def enable(self, name: str = "default", settings: Record | None = None) -> Record:
        account = self.accounts.get(name)
        if account is None:
            self.accounts[name] = Account(self, name, {**DEFAULTS, **with_defaults(settings)})
            return {"error": None}
        if account.enabled:
            differs = normal(account.settings) != normal({**account.settings, **with_defaults(settings)})
            return {"error": "ALREADY_ENABLED" if differs else None}
        account.enabled = True
        account.change_settings(settings)
        return {"error": None}

    def update_settings(self, name: str, settings: Record, once: str | None = None) -> Record:
        def change() -> str | None:
            self.accounts[name].change_settings(settings)
            return None

        return self._once(name, once, ("update_settings", settings), change)

    def disable(self, name: str = "default") -> Record:
        if name not in self.accounts:
            return {"error": "ACCOUNT_NOT_FOUND"}
        account = self.accounts[name]
        account.wind_up()
        account.enabled = False
        return {"error": None}

    def reset(
        self,
        name: str = "default",
        settings: Record | None = None,
        session: int | None = None,
        once: str | None = None,
    ) -> Record:
        def begin_anew() -> str | None:
            account = self.accounts[name]
            if session is not None and session != account.session:
                return None if 1 <= session < account.session else "INVALID_INPUT"
            account.wind_up()
            account.settings.update(with_defaults(settings))
            account.start_session(account.session + 1)
            return None

        return self._once(name, once, ("reset", settings, session), begin_anew)

    def resume(self, name: str = "default", once: str | None = None) -> Record:
        return self._once(name, once, ("resume",), lambda: self.accounts[name].resume())

    def _once(self, name: str, once: str | None, content: Any, decide: Callable[[], str | None]) -> Record:
        """What was decided first about an id, or what is decided now; signals and commands share one space of ids
        (R5)."""
        account = self.accounts.get(name)
        if account is None:
            return {"error": "ACCOUNT_NOT_FOUND", "replayed": False}
        if once in account.signals or (once in account.commands and account.commands[once][0] != content):
            return {"error": "IDEMPOTENCY_CONFLICT", "replayed": False}
        if once in account.commands:
            return {"error": account.commands[once][1], "replayed": True}
        error = decide()
        if once is not None and error != "INVALID_INPUT":
            account.commands[once] = (content, error)
        return {"error": error, "replayed": False}

    # Commands about signals and positions

    def execute_signal(self, name: str, signal: Record) -> Record:
        """The signal's status and refusal as they stand; `replayed` when the id was answered before (R5)."""
        account = self.accounts.get(name)
        if account is not None and signal["id"] in account.signals:
            return account.repeat(signal)
        if account is not None and signal["id"] in account.commands:
            return {"status": None, "error": "IDEMPOTENCY_CONFLICT", "replayed": False}
        if malformed(signal, self.clock):
            return {"status": None, "error": "INVALID_INPUT", "replayed": False}
        if account is None:
            return {"status": None, "error": "ACCOUNT_NOT_FOUND", "replayed": False}
        return account.execute(signal)

    def cancel_signal(self, name: str, signal_id: str, once: str | None = None) -> Record:
        def cancel() -> str | None:
            signal = self.accounts[name].signals.get(signal_id)
            if signal is None:
                return "SIGNAL_NOT_FOUND"
            if signal["status"] != "WORKING":
                return "SIGNAL_NOT_WORKING"
            signal["status"] = "CANCELLED"
            return None

        return self._once(name, once, ("cancel_signal", signal_id), cancel)

    def close_position(
        self,
        name: str,
        signal_id: str,
        market_price: Decimal | None = None,
        timestamp: datetime | None = None,
        once: str | None = None,
    ) -> Record:
        def close() -> str | None:
            return self.accounts[name].close_by_hand(signal_id, market_price, timestamp)

        return self._once(name, once, ("close_position", signal_id, market_price, timestamp), close)

    # What may be seen

    def account(self, name: str) -> Record:
        return self.accounts[name].figures()

    def positions(self, name: str) -> dict[str, Record]:
        """Every position of every session, by the id of its signal."""
        return {p["id"]: seen_position(p) for p in self.accounts[name].all_positions()}

    def signals(self, name: str) -> dict[str, Record]:
        return {key: {"status": s["status"], "error": s["error"]} for key, s in self.accounts[name].signals.items()}

    # Market data

    def ingest(self, batch: list[Record]) -> Record:
        """Apply bars (symbol, start, end, open, high, low, close, volume) and quotes (symbol, time, price)."""
        return self._ingest([as_bar(item) for item in batch])

    def _ingest(self, bars: list[Record]) -> Record:
        counts = {"APPLIED": 0, "DUPLICATE": 0, "LATE": 0, "CONFLICT": 0, "INVALID": 0}
        fills_before = self._count_fills()
        in_order = sorted(bars, key=lambda bar: (bar["end"], bar["symbol"]))
        holders: dict[str, date] = {}
        for position, bar in enumerate(in_order):
            outcome = self._outcome(bar)
            counts[outcome] += 1
            if outcome == "APPLIED":
                for name in self._apply(bar):
                    day = self.accounts[name].day_of(bar["start"])
                    holders[name] = max(day, holders.get(name, day))
            if position + 1 == len(in_order) or in_order[position + 1]["end"] != bar["end"]:
                for name, day in holders.items():
                    self.accounts[name].observe(bar["end"], day)
                holders = {}
        return {key.lower(): value for key, value in counts.items()} | {"fills": self._count_fills() - fills_before}

    def _count_fills(self) -> int:
        return sum(len(p["fills"]) for account in self.accounts.values() for p in account.all_positions())

    def _outcome(self, bar: Record) -> str:
        symbol, start, end = bar["symbol"], bar["start"], bar["end"]
        if end > self.wall + timedelta(minutes=1):
            return "INVALID"
        if bar["quote"]:
            if (symbol, start, Fraction(bar["open"])) in self.quotes:
                return "DUPLICATE"
            return "LATE" if symbol in self.price and start < self.price_time[symbol] else "APPLIED"
        if (symbol, start, end) in self.bars:
            return "DUPLICATE" if self.bars[symbol, start, end] == normal(bar) else "CONFLICT"
        return "LATE" if symbol in self.last_bar_end and start < self.last_bar_end[symbol] else "APPLIED"

    def _apply(self, given: Record) -> set[str]:
        """Apply a bar or quote to every account; the names of those that held its symbol during the bar."""
        bar = normal(given)
        symbol = bar["symbol"]
        volume = bar.get("volume", self.volume.get(symbol))
        if given["quote"]:
            self.quotes.add((symbol, bar["start"], bar["open"]))
        else:
            self.bars[symbol, bar["start"], bar["end"]] = normal(given)
            self.last_bar_end[symbol] = bar["end"]
        if symbol not in self.price or bar["end"] >= self.price_time[symbol]:
            self.open_of_bar_under_way[symbol] = bar["open"]
        holders = {account.name for account in self.accounts.values() if account.process_bar(bar, volume)}
        self.open_of_bar_under_way.pop(symbol, None)
        if not given["quote"]:
            self.volume[symbol] = bar.get("volume")
        if symbol not in self.price or bar["end"] >= self.price_time[symbol]:
            self.price[symbol], self.price_time[symbol] = bar["close"], bar["end"]
        self.latest_end = max(self.latest_end or bar["end"], bar["end"])
        return holders


def as_bar(item: Record) -> Record:
    """A bar with every field; a quote is one of zero length (R6)."""
    if "time" not in item:
        return {"volume": None, **item, "quote": False}
    prices = dict.fromkeys(("open", "high", "low", "close"), item["price"])
    return {"symbol": item["symbol"], "start": item["time"], "end": item["time"], **prices, "quote": True}


def malformed(signal: Record, clock: datetime) -> bool:
    """Whether the input is no signal at all: such a one is not stored (R5)."""
    entry = signal.get("entry") or "MARKET"
    step = STEPS[signal.get("asset_class") or "STOCK"]
    timestamp = signal.get("timestamp") or clock
    times = [signal[key] for key in ("good_until", "expires_at") if signal.get(key) is not None]
    return (
        (signal.get("side") is None and signal.get("pattern") is None)
        or (signal.get("quantity") is None) == (signal.get("risk_percent") is None)
        or (signal.get("entry_price") is not None) != (entry in ("LIMIT", "STOP"))
        or (signal.get("market_price") is not None and entry != "MARKET")
        or (signal.get("good_until") is not None and entry == "MARKET")
        or (signal.get("quantity") is not None and Fraction(signal["quantity"]) % step != 0)
        or any(time <= timestamp for time in times)
    )


class Account:
    def __init__(self, desk: Desk, name: str, settings: Record) -> None:
        self.desk = desk
        self.name = name
        self.settings = dict(settings)
        self.enabled = True
        self.signals: dict[str, Record] = {}
        self.commands: dict[str, tuple[Any, str | None]] = {}
        self.archive: list[Record] = []
        self.positions: list[Record] = []
        self.start_session(1)

    def start_session(self, number: int) -> None:
        self.archive += self.positions
        self.session = number
        self.capital = self.setting("starting_capital")
        self.zone = ZoneInfo(self.settings["timezone"])
        self.cash: Fraction = self.capital
        self.halt: str | None = None
        self.positions = []
        self.points: list[Record] = [{"time": None, "equity": self.capital}]
        self.days: list[tuple[date | None, Fraction]] = []
        self.restart_measures()

    def day_of(self, time: datetime) -> date:
        """Days are those of the zone that the session began with (R34)."""
        return time.astimezone(self.zone).date()

    def periods_per_year(self) -> int:
        """As set, else by what was traded (R38)."""
        classes = {p["asset_class"] for p in self.positions}
        return self.settings["periods_per_year"] or (365 if classes == {"CRYPTO"} else 252)

    def setting(self, key: str) -> Any:
        value = self.settings[key]
        return Fraction(value) if isinstance(value, (Decimal, int)) and not isinstance(value, bool) else value

    # Figures

    def all_positions(self) -> list[Record]:
        return self.archive + self.positions

    def open_positions(self) -> list[Record]:
        return [p for p in self.positions if p["open"] > 0]

    def working(self) -> list[Record]:
        return [s for s in self.signals.values() if s["status"] == "WORKING"]

    def mark(self, position: Record) -> Fraction:
        override: Fraction | None = position["override_price"]
        if override is not None:
            return override
        symbol = position["symbol"]
        opened = self.desk.open_of_bar_under_way.get(symbol)
        return self.desk.price[symbol] if opened is None else opened

    def mark_time(self, position: Record) -> datetime:
        own = position["override_price"] is not None
        return position["own_price_time"] if own else self.desk.price_time[position["symbol"]]

    def market_value(self, position: Record) -> Fraction:
        quantity: Fraction = position["open"]
        return quantity * self.mark(position)

    def worth_of_positions(self) -> Fraction:
        """What all are worth, shorts negative, summed exactly and rounded once (R29)."""
        return rounded(sum((signed(p, self.market_value(p)) for p in self.open_positions()), Fraction(0)))

    def unrealized(self) -> Fraction:
        entries = sum(signed(p, p["entry_amount_left"]) for p in self.open_positions())
        return self.worth_of_positions() - entries

    def equity(self) -> Fraction:
        return self.cash + self.worth_of_positions()

    def risk(self, campaign: str | None = None) -> Fraction:
        """Open risk and reserved risk, of one campaign or of all (R16, R18)."""
        return sum(
            (x["risk"] if "risk" in x else open_risk(x))
            for x in [*self.open_positions(), *self.working()]
            if campaign is None or x["campaign_id"] == campaign
        ) + Fraction(0)

    def buying_power(self) -> Fraction:
        exposure = sum(self.market_value(p) for p in self.open_positions())
        leverage: Fraction = self.setting("leverage")
        reserved: Fraction = sum((s["notional"] for s in self.working()), Fraction(0))
        return leverage * self.equity() - exposure - reserved

    # Costs (R10-R12)

    def slipped(self, raw: Fraction, quantity: Fraction, buys: bool, volume: Fraction | None, forex: bool) -> Fraction:
        if not self.settings["use_realistic_fills"]:
            return raw
        slip = self.slip_per_unit(raw, quantity, volume, forex)
        return rounded(raw + slip) if buys else max(rounded(raw - slip), SMALLEST)

    def slip_per_unit(self, raw: Fraction, quantity: Fraction, volume: Fraction | None, forex: bool) -> Fraction:
        ((model, figure),) = self.settings["slippage"].items()
        if model == "percent":
            return raw * Fraction(figure) / 100
        if model == "per_share":
            return Fraction(figure)
        limit, impact = Fraction(figure["volume_limit"]), Fraction(figure["price_impact"])
        if volume:
            return raw * impact * min(quantity / volume, limit) ** 2
        return Fraction(0) if forex else raw * impact * limit**2

    def commission(self, quantity: Fraction, amount: Fraction) -> Fraction:
        if not self.settings["use_realistic_fills"]:
            return Fraction(0)
        ((model, figure),) = self.settings["commission"].items()
        if model == "per_order":
            return rounded(Fraction(figure))
        if model == "basis_points":
            return rounded(amount * Fraction(figure) / 10_000)
        charge = max(Fraction(figure["rate"]) * quantity, Fraction(figure.get("minimum") or 0))
        if figure.get("maximum_percent") is not None:
            charge = min(charge, amount * Fraction(figure["maximum_percent"]) / 100)
        return rounded(charge)

    # From signal to position (R13-R19)

    def repeat(self, content: Record) -> Record:
        known = self.signals[content["id"]]
        if known["content"] != normal(content):
            return {"status": None, "error": "IDEMPOTENCY_CONFLICT", "replayed": False}
        return {"status": known["status"], "error": known["error"], "replayed": True}

    def execute(self, content: Record) -> Record:
        signal = self.read_signal(content)
        self.signals[signal["id"]] = signal
        signal["error"] = self.decide(signal)
        if signal["error"]:
            signal["status"] = "REJECTED"
        else:
            self.desk.asset_class.setdefault(signal["symbol"], signal["asset_class"])
            if signal["entry"] == "MARKET":
                self.observe_fills([self.positions[-1]["entry_time"]])
        return {"status": signal["status"], "error": signal["error"], "replayed": False}

    def read_signal(self, content: Record) -> Record:
        sent = normal(content)
        side = sent.get("side") or SIDES[sent["pattern"]]
        absent = dict.fromkeys(("pattern", "entry_price", "good_until", "market_price", "target2", "quantity"))
        absent |= dict.fromkeys(("risk_percent", "trailing_stop", "expires_at", "campaign_id"))
        return {
            **absent,
            "asset_class": "STOCK",
            "entry": "MARKET",
            "timestamp": self.desk.clock,
            "scale_out_percent": self.setting("scale_out_percent"),
            "break_even_after_target1": self.settings["break_even_after_target1"],
            "max_holding_days": self.settings["max_holding_days"],
            **sent,
            "content": sent,
            "side": side,
            "direction": 1 if side == "LONG" else -1,
            "status": "NEW",
            "number": len(self.signals),
        }

    def decide(self, signal: Record) -> str | None:
        if not self.enabled:
            return "ACCOUNT_DISABLED"
        if self.halt:
            return "ACCOUNT_HALTED"
        symbol = signal["symbol"]
        if signal["asset_class"] == "FOREX" and not symbol.endswith("USD"):
            return "UNSUPPORTED_SYMBOL"
        if self.desk.asset_class.get(symbol, signal["asset_class"]) != signal["asset_class"]:
            return "ASSET_CLASS_MISMATCH"
        if signal["pattern"] and SIDES[signal["pattern"]] != signal["side"]:
            return "CONTRADICTORY_SIDE"
        if not levels_in_order(signal):
            return "INVALID_LEVELS"
        if self.is_late(symbol, signal["timestamp"]):
            return "LATE_SIGNAL"
        if signal["entry"] == "MARKET":
            return self.enter_at_market(signal)
        return self.accept_waiting(signal)

    def is_late(self, symbol: str, timestamp: datetime) -> bool:
        """Whether a time lies before the symbol's last price by the oldest age of a price, or more (R15)."""
        last_time = self.desk.price_time.get(symbol)
        age = timedelta(seconds=self.settings["max_price_age_seconds"])
        return last_time is not None and timestamp < last_time and timestamp <= last_time - age

    def enter_at_market(self, signal: Record) -> str | None:
        symbol, sent_at = signal["symbol"], signal["timestamp"]
        last_time = self.desk.price_time.get(symbol)
        own = signal["market_price"] is not None and not (last_time and last_time > sent_at)
        if own:
            return self.fill_entry(signal, signal["market_price"], sent_at, self.desk.volume.get(symbol), own=True)
        if last_time is None:
            return "NO_MARKET_PRICE"
        if sent_at - last_time > timedelta(seconds=self.settings["max_price_age_seconds"]):
            return "STALE_MARKET_PRICE"
        entry_time = max(sent_at, last_time)
        return self.fill_entry(signal, self.desk.price[symbol], entry_time, self.desk.volume.get(symbol))

    def accept_waiting(self, signal: Record) -> str | None:
        symbol = signal["symbol"]
        if signal["entry"] == "NEXT_OPEN" and symbol not in self.desk.price:
            return "NO_MARKET_PRICE"
        raw = self.desk.price[symbol] if signal["entry"] == "NEXT_OPEN" else signal["entry_price"]
        plan = self.plan_entry(signal, raw, self.desk.volume.get(symbol))
        refusal: str | None = plan["refusal"]
        if refusal:
            return refusal
        signal["accepted_quantity"] = plan["quantity"]
        signal["risk"] = abs(raw - signal["stop_loss"]) * plan["quantity"]
        signal["notional"] = rounded(raw * plan["quantity"])
        signal["status"] = "WORKING"
        return None

    def plan_entry(self, signal: Record, raw: Fraction, volume: Fraction | None) -> Record:
        """Price, size and refusal of an entry at a raw price (R14, R17-R19)."""
        direction, stop, target = signal["direction"], signal["stop_loss"], signal["target1"]
        if (raw - stop) * direction <= 0:
            return {"refusal": "STOP_ALREADY_BREACHED"}
        if (target - raw) * direction <= 0:
            return {"refusal": "TARGET_ALREADY_REACHED"}
        quantity = self.size(signal, raw, volume)
        if quantity <= 0:
            return {"refusal": "QUANTITY_TOO_SMALL"}
        price = self.entry_price(signal, raw, quantity, volume)
        amount = rounded(quantity * price)
        commission = self.commission(quantity, amount)
        risk, equity, campaign = abs(price - stop) * quantity, self.equity(), signal["campaign_id"]
        refusal = None
        if risk > equity * self.setting("max_trade_risk_percent") / 100:
            refusal = "TRADE_RISK_EXCEEDED"
        elif campaign and risk + self.risk(campaign) > equity * self.setting("max_campaign_risk_percent") / 100:
            refusal = "CAMPAIGN_RISK_EXCEEDED"
        elif risk + self.risk() > equity * self.setting("max_heat_percent") / 100:
            refusal = "PORTFOLIO_HEAT_EXCEEDED"
        elif amount + commission > self.buying_power():
            refusal = "INSUFFICIENT_BUYING_POWER"
        return {
            "refusal": refusal, "quantity": quantity, "price": price, "amount": amount, "commission": commission,
        }  # fmt: skip

    def entry_price(self, signal: Record, raw: Fraction, quantity: Fraction, volume: Fraction | None) -> Fraction:
        if signal["entry"] == "LIMIT":
            return raw
        return self.slipped(raw, quantity, signal["direction"] > 0, volume, signal["asset_class"] == "FOREX")

    def size(self, signal: Record, raw: Fraction, volume: Fraction | None) -> Fraction:
        """The quantity sent, or the largest one whose risk at its own slipped price is within riskPercent."""
        sent: Fraction | None = signal["quantity"]
        if sent is not None:
            return sent
        step = STEPS[signal["asset_class"]]
        budget = self.equity() * signal["risk_percent"] / 100
        low, high = 0, max(0, budget / abs(raw - signal["stop_loss"]) // step)
        while low < high:
            middle = (low + high + 1) // 2
            price = self.entry_price(signal, raw, middle * step, volume)
            if abs(price - signal["stop_loss"]) * middle * step <= budget:
                low = middle
            else:
                high = middle - 1
        affordable: Fraction = low * step
        accepted: Fraction = signal.get("accepted_quantity", affordable)
        return min(affordable, accepted)

    def fill_entry(
        self,
        signal: Record,
        raw: Fraction,
        time: datetime,
        volume: Fraction | None,
        own: bool = False,
        gap: bool = False,
    ) -> str | None:
        """Fill a signal at a raw price, or say why not; what it reserved is released first (R16)."""
        signal["status"] = "FILLING"
        plan = self.plan_entry(signal, raw, volume)
        refusal: str | None = plan["refusal"]
        if refusal:
            signal["status"], signal["error"] = "REJECTED", refusal
            return refusal
        signal["status"] = "EXECUTED"
        position = self.new_position(signal, plan, time)
        if own:
            position["override_price"], position["own_price_time"] = raw, time
        self.positions.append(position)
        self.positions.sort(key=lambda position: position["number"])
        self.record(position, "ENTRY", plan["quantity"], plan["price"], raw, time, gap)
        position["commission_left"] = position["fills"][0]["commission"]
        return None

    def new_position(self, signal: Record, plan: Record, time: datetime) -> Record:
        kept = ["id", "number", "symbol", "asset_class", "side", "direction", "campaign_id", "target1", "target2"]
        kept += ("scale_out_percent", "break_even_after_target1", "trailing_stop", "expires_at", "max_holding_days")
        return {key: signal[key] for key in kept} | {
            "first_stop": signal["stop_loss"],
            "stop_moves": [],
            "quantity": plan["quantity"],
            "open": plan["quantity"],
            "entry_price": plan["price"],
            "entry_time": time,
            "entry_amount": plan["amount"],
            "entry_amount_left": plan["amount"],
            "realized": Fraction(0),
            "status": "OPEN",
            "best": None,
            "override_price": None,
            "own_price_time": None,
            "fills": [],
        }

    # A bar (R8, R21-R27)

    def process_bar(self, bar: Record, volume: Fraction | None) -> bool:
        """Whether the account held the symbol at any time during the bar."""
        mine = [p for p in self.open_positions() if p["symbol"] == bar["symbol"]]
        for position in mine:
            position["override_price"] = None
        for position in mine:
            if position["entry_time"] <= bar["start"]:
                self.exit_at_open(position, bar, volume)
        self.expire_signals(bar)
        self.enter_at_open(bar, volume)
        held = [p for p in self.open_positions() if p["symbol"] == bar["symbol"]]
        seen = [p for p in held if p["entry_time"] <= bar["start"]]
        for position in seen:
            self.exit_inside(position, bar, volume)
        entered_inside = self.enter_inside(bar, volume)
        for position in seen:
            self.trail(position, best_of(bar, position), bar["end"])
        for position in entered_inside:
            self.trail(position, bar["close"], bar["end"])
        return bool(mine or held or entered_inside)

    def exit_at_open(self, position: Record, bar: Record, volume: Fraction | None) -> None:
        price, time, direction = bar["open"], bar["start"], position["direction"]
        if (price - stop_at(position, time)) * direction <= 0:
            self.exit(position, "STOP_LOSS", position["open"], price, time, volume, gap=True)
            return
        for reason, quantity, _ in exits_at_targets(position, price):
            self.exit(position, reason, quantity, price, time, volume, gap=True)
        if position["open"] > 0 and is_due(position, time):
            self.exit(position, "EXPIRED", position["open"], price, time, volume)
        self.break_even(position, time)
        if position["open"] > 0 and (price - stop_at(position, time)) * direction <= 0:
            self.exit(position, "STOP_LOSS", position["open"], price, time, volume, gap=True)

    def exit_inside(self, position: Record, bar: Record, volume: Fraction | None) -> None:
        stopped = (worst(bar, position) - stop_at(position, bar["start"])) * position["direction"] <= 0
        best = best_of(bar, position)
        outcomes = {policy: ordered_exits(position, stopped, best, policy) for policy in ("PESSIMISTIC", "OPTIMISTIC")}
        self.exit_as_ordered(position, outcomes, stop_at(position, bar["start"]), bar, volume)

    def exit_as_ordered(
        self, position: Record, outcomes: Record, stop: Fraction, bar: Record, volume: Fraction | None
    ) -> None:
        ambiguous = outcomes["PESSIMISTIC"] != outcomes["OPTIMISTIC"]
        chosen = outcomes[self.settings["intrabar"]]
        for reason, quantity, level in chosen:
            price = stop if reason == "STOP_LOSS" else level
            self.exit(position, reason, quantity, price, bar["end"], volume, ambiguous=ambiguous)
        if ambiguous and not chosen:
            position["fills"][0]["ambiguous"] = True
        self.break_even(position, bar["end"])

    def expire_signals(self, bar: Record) -> None:
        for signal in self.waiting_for(bar):
            if signal["good_until"] is not None and bar["start"] >= signal["good_until"]:
                signal["status"] = "EXPIRED"

    def waiting_for(self, bar: Record) -> list[Record]:
        return [s for s in self.working() if s["symbol"] == bar["symbol"]]

    def enter_at_open(self, bar: Record, volume: Fraction | None) -> None:
        for signal in self.waiting_for(bar):
            if bar["start"] < signal["timestamp"]:
                continue
            if signal["entry"] == "NEXT_OPEN":
                self.fill_entry(signal, bar["open"], bar["start"], volume)
            elif beyond(signal, bar["open"], bar["open"]):
                self.fill_entry(signal, bar["open"], bar["start"], volume, gap=True)

    def enter_inside(self, bar: Record, volume: Fraction | None) -> list[Record]:
        entered = []
        for signal in self.waiting_for(bar):
            if bar["start"] >= signal["timestamp"] and beyond(signal, bar["low"], bar["high"]):
                refused = self.fill_entry(signal, signal["entry_price"], bar["end"], volume)
                if not refused:
                    entered.append(next(p for p in self.positions if p["id"] == signal["id"]))
                    self.exit_in_entry_bar(entered[-1], signal, bar, volume)
        return entered

    def exit_in_entry_bar(self, position: Record, signal: Record, bar: Record, volume: Fraction | None) -> None:
        """R24: which levels count in the bar inside which the position was entered."""
        direction, stop = position["direction"], position["first_stop"]
        touched = (worst(bar, position) - stop) * direction <= 0
        close_beyond_stop = (bar["close"] - stop) * direction <= 0
        outcomes = {}
        for policy in ("PESSIMISTIC", "OPTIMISTIC"):
            if signal["entry"] == "LIMIT":
                stopped = touched
                best = best_of(bar, position) if policy == "OPTIMISTIC" else bar["close"]
            else:
                stopped = touched if policy == "PESSIMISTIC" else close_beyond_stop
                best = best_of(bar, position)
            outcomes[policy] = ordered_exits(position, stopped, best, policy)
        self.exit_as_ordered(position, outcomes, stop, bar, volume)

    def break_even(self, position: Record, time: datetime) -> None:
        out = any(f["reason"] == "TARGET_1" and f["time"] == time for f in position["fills"])
        if out and position["open"] > 0 and position["break_even_after_target1"]:
            move_stop(position, position["entry_price"], time)

    def trail(self, position: Record, extreme: Fraction, time: datetime) -> None:
        direction, trailing = position["direction"], position["trailing_stop"]
        if position["best"] is None or (extreme - position["best"]) * direction > 0:
            position["best"] = extreme
        if trailing and position["open"] > 0 and (position["best"] - trailing["activation"]) * direction >= 0:
            move_stop(position, position["best"] - direction * trailing["offset"], time)

    # Exits and the books (R28-R33)

    def exit(
        self, position: Record, reason: str, quantity: Fraction, raw: Fraction, time: datetime,
        volume: Fraction | None, gap: bool = False, ambiguous: bool = False,
    ) -> None:  # fmt: skip
        price = raw
        if reason not in ("TARGET_1", "TARGET_2"):
            buys, forex = position["direction"] < 0, position["asset_class"] == "FOREX"
            price = self.slipped(raw, quantity, buys, volume, forex)
        self.record(position, reason, quantity, price, raw, time, gap, ambiguous)

    def record(
        self, position: Record, reason: str, quantity: Fraction, price: Fraction, raw: Fraction, time: datetime,
        gap: bool = False, ambiguous: bool = False,
    ) -> None:  # fmt: skip
        amount = rounded(quantity * price)
        commission = self.commission(quantity, amount)
        slippage = abs(amount - rounded(quantity * raw))
        position["fills"].append(
            {
                "time": time, "reason": reason, "quantity": quantity, "price": price, "raw_price": raw,
                "slippage": slippage, "commission": commission, "gap": gap, "ambiguous": ambiguous,
            }
        )  # fmt: skip
        entering = reason == "ENTRY"
        self.cash += (-1 if entering else 1) * position["direction"] * amount - commission
        if not entering:
            self.realize(position, reason, quantity, amount, commission)

    def realize(
        self, position: Record, reason: str, quantity: Fraction, amount: Fraction, commission: Fraction
    ) -> None:
        last = quantity == position["open"]
        part = quantity / position["quantity"]
        entry_commission = position["fills"][0]["commission"]
        amount_share = position["entry_amount_left"] if last else rounded(position["entry_amount"] * part)
        commission_share = position["commission_left"] if last else rounded(entry_commission * part)
        position["realized"] += position["direction"] * (amount - amount_share) - commission - commission_share
        position["entry_amount_left"] -= amount_share
        position["commission_left"] -= commission_share
        position["open"] -= quantity
        ends = {"STOP_LOSS": "STOPPED", "TARGET_1": "TARGET_1_HIT", "TARGET_2": "TARGET_2_HIT"}
        position["status"] = (ends | {"MANUAL": "CLOSED", "EXPIRED": "EXPIRED"})[reason]

    # By hand, halts and the curve (R27, R34, R37)

    def close_by_hand(self, signal_id: str, market_price: Decimal | None, timestamp: datetime | None) -> str | None:
        position = next((p for p in self.all_positions() if p["id"] == signal_id), None)
        if position is None:
            return "POSITION_NOT_FOUND"
        if position["open"] == 0:
            return "POSITION_NOT_OPEN"
        if timestamp is not None and self.is_late(position["symbol"], timestamp):
            return "LATE_SIGNAL"
        raw, price_time = self.mark(position), self.mark_time(position)
        if market_price is not None:
            timestamp = timestamp or self.desk.clock
            assert timestamp is not None
            if price_time <= timestamp:
                raw = Fraction(market_price)
        time = max(t for t in (price_time, position["entry_time"], timestamp) if t is not None)
        self.exit(position, "MANUAL", position["open"], raw, time, self.desk.volume.get(position["symbol"]))
        self.observe_fills([time])
        return None

    def close_everything(self) -> list[datetime]:
        """Close at the last price (R27); the times of the exits."""
        times = []
        for position in self.open_positions():
            times.append(max(self.mark_time(position), position["entry_time"]))
            volume = self.desk.volume.get(position["symbol"])
            self.exit(position, "MANUAL", position["open"], self.mark(position), times[-1], volume)
        return times

    def wind_up(self) -> None:
        self.cancel_working()
        times = self.close_everything()
        if times:
            self.observe_fills(times)

    def observe_fills(self, fills: list[datetime]) -> None:
        """The curve never goes back, though a symbol's last price may be older than its last point."""
        time = self.not_before_the_last_point(max(fills))
        self.observe(time, self.day_of(time))

    def not_before_the_last_point(self, time: datetime) -> datetime:
        times: list[datetime] = [point["time"] for point in self.points if point["time"] is not None]
        return max([time, *times])

    def change_settings(self, settings: Record | None) -> None:
        """A limit that is exceeded already halts at once (R34)."""
        before = normal(self.settings)
        self.settings.update(with_defaults(settings))
        if normal(self.settings) != before and self.halt is None and (reason := self.reason_to_halt()):
            self.halt = reason
            self.cancel_working()

    def cancel_working(self) -> None:
        for signal in self.working():
            signal["status"] = "CANCELLED"

    def observe(self, time: datetime, day: date) -> None:
        """A point of the curve, and the halts it calls for (R34, R37)."""
        time = self.not_before_the_last_point(time)
        self.add_point(time, day)
        reason = self.reason_to_halt()
        if reason and (self.halt is None or reason == "RUIN"):
            self.halt = reason
            self.cancel_working()
        if reason == "RUIN" and self.close_everything():
            self.add_point(time, day)

    def add_point(self, time: datetime, day: date) -> None:
        """A point of the same time as the last one replaces it; days never go back."""
        if self.points[-1]["time"] == time:
            self.points.pop()
            self.since_restart.pop()
        self.points.append({"time": time, "equity": self.equity()})
        self.since_restart.append(self.equity())
        self.days.append((max(day, self.days[-1][0] or day), self.equity()))

    def reason_to_halt(self) -> str | None:
        equity, peak, day_before = self.equity(), max(self.since_restart), self.equity_of_day_before()
        daily, drawdown = self.setting("max_daily_loss_percent"), self.setting("max_drawdown_percent")
        if equity <= 0:
            return "RUIN"
        if daily is not None and (day_before - equity) * 100 > daily * day_before:
            return "DAILY_LOSS"
        if drawdown is not None and (peak - equity) * 100 > drawdown * peak:
            return "DRAWDOWN"
        return None

    def equity_of_day_before(self) -> Fraction:
        today = self.days[-1][0]
        earlier = [equity for day, equity in self.days if day is None or (today is not None and day < today)]
        return (earlier or [self.days[0][1]])[-1]

    def restart_measures(self) -> None:
        """Measure daily loss and drawdown from the equity of now (R34)."""
        self.since_restart = [self.equity()]
        self.days = [(self.days[-1][0] if self.days else None, self.equity())]

    def resume(self) -> str | None:
        if self.halt is None:
            return None
        if self.equity() <= 0:
            return "ACCOUNT_HALTED"
        self.halt = None
        self.points.append({"time": None, "equity": self.equity()})
        self.restart_measures()
        return None

    # What may be seen

    def figures(self) -> Record:
        equity, flat = self.equity(), [p for p in self.positions if p["open"] == 0]
        fills = [f for p in self.positions for f in p["fills"]]
        numbers = {
            "cash": self.cash,
            "equity": equity,
            "realized": sum(p["realized"] for p in self.positions),
            "unrealized": self.unrealized(),
            "commission": sum(f["commission"] for f in fills),
            "slippage": sum(f["slippage"] for f in fills),
            "heat": None if equity <= 0 else rounded(self.risk() * 100 / equity),
            "buying_power": rounded(self.buying_power()),
            "peak": max(point["equity"] for point in self.points),
            "drawdown": rounded(self.drawdowns()[-1]),
            "max_drawdown": rounded(max(self.drawdowns())),
            "day_reference": self.equity_of_day_before(),
        }
        return {key: value if value is None else decimal(Fraction(value)) for key, value in numbers.items()} | {
            "enabled": self.enabled,
            "halted": self.halt is not None,
            "session": self.session,
            "open_positions": len(self.open_positions()),
            "working": len(self.working()),
            "trades": len(flat),
            "wins": sum(p["realized"] > 0 for p in flat),
            "losses": sum(p["realized"] < 0 for p in flat),
            "day": self.days[-1][0],
            "periods_per_year": self.periods_per_year(),
        }

    def drawdowns(self) -> list[Fraction]:
        """Percent of the running peak, point by point."""
        equities = [point["equity"] for point in self.points]
        peaks = [max(equities[: n + 1]) for n in range(len(equities))]
        return [(peak - equity) * 100 / peak for peak, equity in zip(peaks, equities, strict=True)]


def seen_position(position: Record) -> Record:
    fills = [{k: decimal(v) if isinstance(v, Fraction) else v for k, v in f.items()} for f in position["fills"]]
    return {
        "status": position["status"],
        "quantity": decimal(position["quantity"]),
        "open_quantity": decimal(position["open"]),
        "entry_time": position["entry_time"],
        "stop": decimal(current_stop(position)),
        "realized": decimal(position["realized"]),
        "fills": fills,
    }


# Levels of one signal or position


def levels_in_order(signal: Record) -> bool:
    direction, second = signal["direction"], signal["target2"]
    levels = [signal["stop_loss"], signal["entry_price"], signal["target1"]]
    rising = all((b - a) * direction > 0 for a, b in pairwise(x for x in levels if x is not None))
    return rising and (second is None or (second - signal["target1"]) * direction >= 0)


def beyond(signal: Record, low: Fraction, high: Fraction) -> bool:
    """Whether prices from low to high let a LIMIT or STOP signal fill."""
    if signal["entry"] not in ("LIMIT", "STOP"):
        return False
    from_above = (signal["entry"] == "LIMIT") == (signal["direction"] > 0)
    entry_price: Fraction = signal["entry_price"]
    return low <= entry_price if from_above else high >= entry_price


def signed(position: Record, amount: Fraction) -> Fraction:
    """As it counts for whoever is long, or short."""
    return amount if position["direction"] > 0 else -amount


def best_of(bar: Record, position: Record) -> Fraction:
    best: Fraction = bar["high"] if position["direction"] > 0 else bar["low"]
    return best


def worst(bar: Record, position: Record) -> Fraction:
    furthest: Fraction = bar["low"] if position["direction"] > 0 else bar["high"]
    return furthest


def exits_at_targets(position: Record, best: Fraction) -> list[tuple[str, Fraction, Fraction]]:
    """What leaves at the targets when the market reaches `best`: reason, quantity and level (R22, R25)."""
    direction, left, exits = position["direction"], position["open"], []
    if position["target2"] is None:
        out = left
    else:
        step = STEPS[position["asset_class"]]
        out = down_to_step(position["quantity"] * position["scale_out_percent"] / 100, step)
    already_out = position["open"] < position["quantity"]
    if not already_out and out > 0 and (best - position["target1"]) * direction >= 0:
        exits.append(("TARGET_1", out, position["target1"]))
        left -= out
    if position["target2"] is not None and left > 0 and (best - position["target2"]) * direction >= 0:
        exits.append(("TARGET_2", left, position["target2"]))
    return exits


def ordered_exits(position: Record, stopped: bool, best: Fraction, policy: str) -> list[tuple[str, Fraction, Any]]:
    """R23: the exits inside a bar in which the stop was touched or not and the best price counted is `best`."""
    at_targets = exits_at_targets(position, best)
    if stopped and policy == "PESSIMISTIC":
        at_targets = []
    left = position["open"] - sum(quantity for _, quantity, _ in at_targets)
    return at_targets + ([("STOP_LOSS", left, None)] if stopped and left > 0 else [])


def open_risk(position: Record) -> Fraction:
    still_open: Fraction = position["open"]
    return max(Fraction(0), signed(position, position["entry_price"] - current_stop(position))) * still_open


def current_stop(position: Record) -> Fraction:
    return tightest(position, [price for _, price in position["stop_moves"]])


def stop_at(position: Record, start: datetime) -> Fraction:
    """The stop that counts for a bar that starts then (R26)."""
    return tightest(position, [price for time, price in position["stop_moves"] if time <= start])


def tightest(position: Record, prices: list[Fraction]) -> Fraction:
    first: Fraction = position["first_stop"]
    return max([first, *prices], key=lambda price: signed(position, price))


def move_stop(position: Record, price: Fraction, time: datetime) -> None:
    if (price - current_stop(position)) * position["direction"] > 0:
        position["stop_moves"].append((time, price))


def is_due(position: Record, start: datetime) -> bool:
    days = position["max_holding_days"]
    limits = [position["expires_at"], None if days is None else position["entry_time"] + timedelta(days=int(days))]
    return any(limit is not None and start >= limit for limit in limits)
