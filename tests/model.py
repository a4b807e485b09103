"""A small independent model of the desk, written from the rule book alone (domain/README.md).

It is slow, mutable and plain on purpose: one dict per position, exact fractions, rounding only where a rule rounds.
It imports nothing of ours, so that it can stand beside the domain, the database and the API alike: strings,
Decimals and datetimes in, plain dicts out. A position is named by the id of its signal.
"""

from collections.abc import Callable
from copy import deepcopy
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
    "limit_fill": "TOUCH",
    "max_holding_days": None,
    "max_daily_loss_percent": None,
    "max_drawdown_percent": None,
    "periods_per_year": None,
    "timezone": "UTC",
}
SIDES = {"SPRING": "LONG", "SOS": "LONG", "LPS": "LONG", "UTAD": "SHORT"}
AMENDABLE = (
    *("entry_price", "stop_loss", "target1", "target2", "trailing_stop", "quantity", "risk_percent"),
    *("stop_distance", "stop_percent", "target1_r", "target2_r"),
    *("good_until", "expires_at", "campaign_id", "note", "time_in_force"),
)
EITHER = (
    ("quantity", "risk_percent"), ("stop_loss", "stop_distance", "stop_percent"),
    ("target1", "target1_r"), ("target2", "target2_r"),
)  # fmt: skip
SIZING = (
    *("quantity", "risk_percent", "entry_price", "stop_loss"),
    *("stop_distance", "stop_percent", "trailing_stop"),
)
STEPS = {"STOCK": Fraction(1), "FOREX": Fraction(1), "CRYPTO": Fraction(1, 10**8)}
SMALLEST = Fraction(1, 10**8)
LARGEST = Fraction(10**10)
HUGE = Fraction(10**18)
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


def normal_changes(changes: Record) -> Record:
    """What an amendment changes, with numbers by value; None takes away (R41)."""
    return {key: normal(value) for key, value in changes.items()}


def in_place_of_others(changes: Record) -> Record:
    """Of what is given one way or another, a change given one way takes the place of the other (R41)."""
    for names in EITHER:
        if any(changes.get(name) is not None for name in names):
            changes = {**dict.fromkeys(names), **changes}
    return {**changes, "time_in_force": None} if "good_until" in changes else changes


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
        self.end_before: dict[str, datetime] = {}
        self.last_close: dict[str, Fraction] = {}

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
        if malformed(signal):
            return {"status": None, "error": "INVALID_INPUT", "replayed": False}
        if account is not None and signal["id"] in account.signals:
            return account.repeat(signal)
        if account is not None and signal["id"] in account.commands:
            return {"status": None, "error": "IDEMPOTENCY_CONFLICT", "replayed": False}
        if mistimed(signal, self.clock):
            return {"status": None, "error": "INVALID_INPUT", "replayed": False}
        if account is None:
            return {"status": None, "error": "ACCOUNT_NOT_FOUND", "replayed": False}
        return account.execute(signal)

    def reverse_position(self, name: str, signal_id: str, signal: Record) -> Record:
        """Close a position, and decide a signal of the other side; refused, nothing is closed (R41)."""
        refused = {"status": None, "replayed": False}
        account = self.accounts.get(name)
        if malformed(signal) or (signal.get("entry") or "MARKET") != "MARKET":
            return {**refused, "error": "INVALID_INPUT"}
        if account is None:
            return {**refused, "error": "ACCOUNT_NOT_FOUND"}
        if signal["id"] in account.signals:
            return account.repeat(signal, signal_id)
        if signal["id"] in account.commands:
            return {**refused, "error": "IDEMPOTENCY_CONFLICT"}
        error, answer = account.reverse(signal_id, signal)
        return {**refused, "error": error} if answer is None else answer

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
        quantity: Decimal | None = None,
        percent: Decimal | None = None,
    ) -> Record:
        """Close a position, or a quantity of it, or a percent of what is open (R27)."""
        if no_part_of_a_position(quantity, percent):
            return {"error": "INVALID_INPUT", "replayed": False}

        def close() -> str | None:
            return self.accounts[name].close_by_hand(signal_id, market_price, timestamp, quantity, percent)

        content = normal({"price": market_price, "quantity": quantity, "percent": percent})
        return self._once(name, once, ("close_position", signal_id, timestamp, content), close)

    def close_all(
        self,
        name: str,
        symbol: str | None = None,
        timestamp: datetime | None = None,
        once: str | None = None,
        market_price: Decimal | None = None,
    ) -> Record:
        def close() -> str | None:
            return self.accounts[name].close_all_by_hand(symbol, timestamp, market_price)

        content = normal({"price": market_price})
        return self._once(name, once, ("close_all", symbol, timestamp, content), close)

    def amend_position(
        self,
        name: str,
        signal_id: str,
        changes: Record,
        timestamp: datetime | None = None,
        once: str | None = None,
    ) -> Record:
        def amend() -> str | None:
            return self.accounts[name].amend_position(signal_id, normal_changes(changes), timestamp)

        return self._once(name, once, ("amend_position", signal_id, normal_changes(changes), timestamp), amend)

    def amend_signal(
        self,
        name: str,
        signal_id: str,
        changes: Record,
        timestamp: datetime | None = None,
        once: str | None = None,
    ) -> Record:
        def amend() -> str | None:
            return self.accounts[name].amend_signal(signal_id, normal_changes(changes), timestamp)

        return self._once(name, once, ("amend_signal", signal_id, normal_changes(changes), timestamp), amend)

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
            if symbol in self.last_bar_end:
                self.end_before[symbol] = self.last_bar_end[symbol]
            self.last_bar_end[symbol], self.last_close[symbol] = bar["end"], bar["close"]
        if symbol not in self.price or bar["end"] >= self.price_time[symbol]:
            self.open_of_bar_under_way[symbol] = bar["open"]
        holders = {account.name for account in self.accounts.values() if account.process_bar(bar, volume)}
        self.open_of_bar_under_way.pop(symbol, None)
        if not given["quote"]:
            self.volume[symbol] = bar.get("volume")
        if symbol not in self.price or bar["end"] >= self.price_time[symbol]:
            self.price[symbol], self.price_time[symbol] = bar["close"], bar["end"]
        self.latest_end = max(self.latest_end or bar["end"], bar["end"])
        if not given["quote"]:
            holders |= {account.name for account in self.accounts.values() if account.enter_at_close(bar, volume)}
        return holders


def as_bar(item: Record) -> Record:
    """A bar with every field; a quote is one of zero length (R6)."""
    if "time" not in item:
        return {"volume": None, **item, "quote": False}
    prices = dict.fromkeys(("open", "high", "low", "close"), item["price"])
    return {"symbol": item["symbol"], "start": item["time"], "end": item["time"], **prices, "quote": True}


def mistimed(signal: Record, clock: datetime) -> bool:
    """Whether it ends before it begins, as its timestamp or the desk's clock says (R15)."""
    timestamp = signal.get("timestamp") or clock
    times = [signal[key] for key in ("good_until", "expires_at") if signal.get(key) is not None]
    return any(time <= timestamp for time in times)


def malformed(signal: Record) -> bool:
    """Whether the input is no signal at all: such a one is not stored (R5)."""
    entry = signal.get("entry") or "MARKET"
    step = STEPS[signal.get("asset_class") or "STOCK"]
    return (
        (signal.get("side") is None and signal.get("pattern") is None)
        or (signal.get("quantity") is None) == (signal.get("risk_percent") is None)
        or levels_malformed(signal)
        or (signal.get("entry_price") is not None) != (entry in ("LIMIT", "STOP"))
        or (signal.get("market_price") is not None and entry != "MARKET")
        or (signal.get("good_until") is not None and entry == "MARKET")
        or waits_malformed(signal, entry)
        or (signal.get("quantity") is not None and Fraction(signal["quantity"]) % step != 0)
    )


def no_part_of_a_position(quantity: Decimal | None, percent: Decimal | None) -> bool:
    """Whether what is to be closed can be no part of any position (R27)."""
    if quantity is not None and percent is not None:
        return True
    return (quantity is not None and quantity <= 0) or (percent is not None and not 0 < percent <= 100)


def waits_malformed(signal: Record, entry: str) -> bool:
    """Whether it says how long it waits in a way that means nothing (R16)."""
    lasts, has_end = signal.get("time_in_force"), signal.get("good_until") is not None
    return (
        lasts == "DAY"
        or (lasts == "GTD" and not has_end)
        or (lasts in ("GTC", "IOC") and has_end)
        or (lasts == "IOC" and entry not in ("MARKET", "LIMIT"))
    )


def levels_malformed(signal: Record) -> bool:
    """Whether levels are given twice, or without what they are reckoned from (R14, R17)."""
    trailing = signal.get("trailing_stop") or {}
    stops = [signal[key] for key in ("stop_loss", "stop_distance", "stop_percent") if signal.get(key) is not None]
    trails_at_once = bool(trailing) and trailing.get("activation") is None and trailing.get("activation_r") is None
    needing_a_stop = [signal.get("risk_percent"), signal.get("target1_r"), signal.get("target2_r")]
    needing_a_stop.append(trailing.get("activation_r"))
    first = [signal[key] for key in ("target1", "target1_r") if signal.get(key) is not None]
    second = [signal[key] for key in ("target2", "target2_r") if signal.get(key) is not None]
    return (
        len(stops) > 1
        or len(first) > 1
        or len(second) > len(first)
        or (not stops and not trails_at_once and any(value is not None for value in needing_a_stop))
        or (bool(trailing) and (trailing.get("offset") is None) == (trailing.get("percent") is None))
        or (trailing.get("activation") is not None and trailing.get("activation_r") is not None)
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
        self.all_days: list[tuple[date | None, Fraction]] = []
        self.since_restart: list[Fraction] = []
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

    def reverse(self, signal_id: str, content: Record) -> tuple[str | None, Record | None]:
        """Close by hand, and decide the signal as any that comes then; if it is refused, nothing is closed."""
        if mistimed(content, self.desk.clock):
            return "INVALID_INPUT", None
        position = next((p for p in self.all_positions() if p["id"] == signal_id), None)
        if position is None or position["open"] == 0:
            error = "POSITION_NOT_FOUND" if position is None else "POSITION_NOT_OPEN"
            self.signals[content["id"]] = {
                **self.read_signal(content), "status": "REJECTED", "error": error, "reverses": signal_id,
            }  # fmt: skip
            return None, {"status": "REJECTED", "error": error, "replayed": False}
        side = content.get("side") or SIDES[content["pattern"]]
        if content["symbol"] != position["symbol"] or side == position["side"]:
            return "INVALID_INPUT", None
        kept = ("positions", "signals", "cash", "points", "since_restart", "days", "all_days", "halt")
        before = {name: deepcopy(getattr(self, name)) for name in kept}
        timestamp = content.get("timestamp") or self.desk.clock
        raw, price_time = self.mark(position), self.mark_time(position)
        if content.get("market_price") is not None and price_time <= timestamp:
            raw = Fraction(content["market_price"])
        time = max(price_time, position["entry_time"], timestamp)
        self.exit(position, "MANUAL", position["open"], raw, time, self.desk.volume.get(position["symbol"]))
        self.observe_fills([time])
        answer = self.execute(content, reversed_at=time)
        signal = self.signals[content["id"]]
        signal["reverses"] = signal_id
        if answer["error"]:
            for name, value in before.items():
                setattr(self, name, value)
            self.signals[content["id"]] = signal
        return None, answer

    def repeat(self, content: Record, reverses: str | None = None) -> Record:
        known = self.signals[content["id"]]
        if known["content"] != normal(content) or known["reverses"] != reverses:
            return {"status": None, "error": "IDEMPOTENCY_CONFLICT", "replayed": False}
        return {"status": known["status"], "error": known["error"], "replayed": True}

    def execute(self, content: Record, reversed_at: datetime | None = None) -> Record:
        signal = self.read_signal(content)
        self.signals[signal["id"]] = signal
        signal["error"] = self.decide(signal)
        if signal["error"]:
            signal["status"] = "REJECTED"
        else:
            self.desk.asset_class.setdefault(signal["symbol"], signal["asset_class"])
            if signal["status"] == "EXECUTED":
                entered = next(p for p in self.positions if p["id"] == signal["id"])["entry_time"]
                self.observe_fills([entered] if reversed_at is None else [reversed_at, entered])
        return {"status": signal["status"], "error": signal["error"], "replayed": False}

    def read_signal(self, content: Record) -> Record:
        sent = normal(content)
        side = sent.get("side") or SIDES[sent["pattern"]]
        absent = dict.fromkeys(("pattern", "entry_price", "good_until", "market_price", "target2", "quantity"))
        absent |= dict.fromkeys(("risk_percent", "trailing_stop", "expires_at", "campaign_id", "stop_loss", "target1"))
        absent |= dict.fromkeys(("time_in_force", "stop_distance", "stop_percent", "target1_r", "target2_r", "note"))
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
            "earlier": [],
            "reverses": None,
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
        if signal["entry"] == "MARKET" or signal["time_in_force"] == "IOC":
            return self.enter_at_market(signal)
        ended = self.desk.last_bar_end.get(symbol)
        if signal["entry"] == "AT_CLOSE" and ended is not None and ended >= signal["timestamp"]:
            return self.enter_at_last_close(signal)
        return self.accept_waiting(signal)

    def enter_at_last_close(self, signal: Record) -> str | None:
        """The bar came first (R15); one before it was the first to end at the timestamp or after, if it did."""
        symbol = signal["symbol"]
        if symbol in self.desk.end_before and self.desk.end_before[symbol] >= signal["timestamp"]:
            return "LATE_SIGNAL"
        close, end = self.desk.last_close[symbol], self.desk.last_bar_end[symbol]
        return self.fill_entry(signal, close, end, self.desk.volume.get(symbol))

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
        entry_time, price = max(sent_at, last_time), self.desk.price[symbol]
        if signal["entry_price"] is not None and (price - signal["entry_price"]) * signal["direction"] > 0:
            signal["status"] = "CANCELLED"
            return None
        return self.fill_entry(signal, price, entry_time, self.desk.volume.get(symbol))

    def accept_waiting(self, signal: Record) -> str | None:
        symbol = signal["symbol"]
        at_any_price = signal["entry"] in ("NEXT_OPEN", "AT_CLOSE")
        if at_any_price and symbol not in self.desk.price:
            return "NO_MARKET_PRICE"
        raw = self.desk.price[symbol] if at_any_price else signal["entry_price"]
        plan = self.plan_entry(signal, raw, self.desk.volume.get(symbol))
        refusal: str | None = plan["refusal"]
        if refusal:
            return refusal
        signal["accepted_quantity"] = plan["quantity"]
        signal["risk"] = risk_of(first_stop(signal, raw), raw, plan["quantity"])
        signal["notional"] = rounded(raw * plan["quantity"])
        signal["status"] = "WORKING"
        return None

    def plan_entry(self, signal: Record, raw: Fraction, volume: Fraction | None) -> Record:
        """Price, size and refusal of an entry at a raw price (R14, R17-R19)."""
        touched = level_touched(signal, raw, signal["stop_loss"], signal["target1"])
        if touched:
            return {"refusal": touched}
        quantity = self.size(signal, raw, volume)
        if quantity <= 0:
            return {"refusal": "QUANTITY_TOO_SMALL"}
        price = self.entry_price(signal, raw, quantity, volume)
        levels = levels_at(signal, price)
        touched = levels_wrong(signal, levels, price) or level_touched(signal, raw, levels["stop"], levels["target1"])
        if touched:
            return {"refusal": touched}
        if targets_fall(signal, levels["target1"], levels["target2"]):
            return {"refusal": "INVALID_LEVELS"}
        amount = rounded(quantity * price)
        commission = self.commission(quantity, amount)
        risk, equity, campaign = risk_of(levels["stop"], price, quantity), self.equity(), signal["campaign_id"]
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
            "levels": levels,
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

        def unit_risk(quantity: Fraction) -> Fraction:
            price = self.entry_price(signal, raw, quantity, volume)
            stop = first_stop(signal, price)
            assert stop is not None
            return abs(price - stop)

        def affordable_at(risk: Fraction) -> Fraction:
            return Fraction(max(0, (budget / risk if risk else LARGEST - SMALLEST) // step))

        if signal["direction"] < 0 and unit_risk(HUGE) < unit_risk(Fraction(0)):
            steps = affordable_at(unit_risk(HUGE))
            while steps * step * unit_risk(steps * step) > budget:
                steps = affordable_at(unit_risk(steps * step))
        else:
            steps, high = Fraction(0), affordable_at(unit_risk(Fraction(0)))
            while steps < high:
                middle = Fraction((steps + high + 1) // 2)
                if unit_risk(middle * step) * middle * step <= budget:
                    steps = middle
                else:
                    high = middle - 1
        affordable: Fraction = steps * step
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
        kept = ["id", "number", "symbol", "asset_class", "side", "direction", "campaign_id", "note"]
        kept += ("scale_out_percent", "break_even_after_target1", "expires_at", "max_holding_days")
        levels = plan["levels"]
        return {key: signal[key] for key in kept} | {
            "first_stop": levels["stop"],
            "target1": levels["target1"],
            "target2": levels["target2"],
            "trail": levels["trail"],
            "stop_moves": [],
            "amended": [],
            "trails_from": None,
            "amended_at": max((t for t, _ in signal["earlier"]), default=None),
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
            self.trail(position, best_of(bar, position), bar["start"], bar["end"])
        for position in entered_inside:
            self.trail(position, bar["close"], bar["start"], bar["end"])
        return bool(mine or held or entered_inside)

    def exit_at_open(self, position: Record, bar: Record, volume: Fraction | None) -> None:
        price, time = bar["open"], bar["start"]
        if is_at_stop(position, price, stop_at(position, time)):
            self.exit(position, "STOP_LOSS", position["open"], price, time, volume, gap=True)
            return
        for reason, quantity, _ in exits_at_targets(position, price, time):
            self.exit(position, reason, quantity, price, time, volume, gap=True)
        if position["open"] > 0 and is_due(position, time):
            self.exit(position, "EXPIRED", position["open"], price, time, volume)
        self.break_even(position, time)
        if position["open"] > 0 and is_at_stop(position, price, stop_at(position, time)):
            self.exit(position, "STOP_LOSS", position["open"], price, time, volume, gap=True)

    def exit_inside(self, position: Record, bar: Record, volume: Fraction | None) -> None:
        stopped = is_at_stop(position, worst(bar, position), stop_at(position, bar["start"]))
        best = best_of(bar, position)
        through = self.settings["limit_fill"] == "THROUGH"
        policies = ("PESSIMISTIC", "OPTIMISTIC")
        outcomes = {
            policy: ordered_exits(position, stopped, best, policy, bar["start"], through) for policy in policies
        }
        self.exit_as_ordered(position, outcomes, stop_at(position, bar["start"]), bar, volume)

    def exit_as_ordered(
        self, position: Record, outcomes: Record, stop: Fraction | None, bar: Record, volume: Fraction | None
    ) -> None:
        ambiguous = outcomes["PESSIMISTIC"] != outcomes["OPTIMISTIC"]
        chosen = outcomes[self.settings["intrabar"]]
        for reason, quantity, level in chosen:
            price = level if stop is None or reason != "STOP_LOSS" else stop
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
            asked = as_of(signal, bar["start"])
            if bar["start"] < signal["timestamp"]:
                continue
            if signal["entry"] == "NEXT_OPEN":
                signal.update(asked)
                self.fill_entry(signal, bar["open"], bar["start"], volume)
            elif beyond(asked, bar["open"], bar["open"]):
                signal.update(asked)
                self.fill_entry(signal, bar["open"], bar["start"], volume, gap=True)

    def enter_inside(self, bar: Record, volume: Fraction | None) -> list[Record]:
        entered = []
        for signal in self.waiting_for(bar):
            through, asked = self.settings["limit_fill"] == "THROUGH", as_of(signal, bar["start"])
            if bar["start"] >= signal["timestamp"] and beyond(asked, bar["low"], bar["high"], through):
                signal.update(asked)
                refused = self.fill_entry(signal, signal["entry_price"], bar["end"], volume)
                if not refused:
                    entered.append(next(p for p in self.positions if p["id"] == signal["id"]))
                    self.exit_in_entry_bar(entered[-1], signal, bar, volume)
        return entered

    def enter_at_close(self, bar: Record, volume: Fraction | None) -> bool:
        """Whether anything was entered at the close of a bar (R8, R15)."""
        entered = False
        for signal in self.waiting_for(bar):
            if signal["entry"] == "AT_CLOSE" and bar["end"] >= signal["timestamp"]:
                signal.update(as_of(signal, bar["start"]))
                entered |= not self.fill_entry(signal, bar["close"], bar["end"], volume)
        return entered

    def exit_in_entry_bar(self, position: Record, signal: Record, bar: Record, volume: Fraction | None) -> None:
        """R24: which levels count in the bar inside which the position was entered."""
        stop = position["first_stop"]
        touched = is_at_stop(position, worst(bar, position), stop)
        close_beyond_stop = is_at_stop(position, bar["close"], stop)
        outcomes = {}
        for policy in ("PESSIMISTIC", "OPTIMISTIC"):
            if signal["entry"] == "LIMIT":
                stopped = touched
                best = best_of(bar, position) if policy == "OPTIMISTIC" else bar["close"]
            else:
                stopped = touched if policy == "PESSIMISTIC" else close_beyond_stop
                best = best_of(bar, position)
            through = self.settings["limit_fill"] == "THROUGH"
            outcomes[policy] = ordered_exits(position, stopped, best, policy, bar["start"], through)
        self.exit_as_ordered(position, outcomes, stop, bar, volume)

    def break_even(self, position: Record, time: datetime) -> None:
        out = any(f["reason"] == "TARGET_1" and f["time"] == time for f in position["fills"])
        if out and position["open"] > 0 and position["break_even_after_target1"]:
            move_stop(position, position["entry_price"], time)

    def trail(self, position: Record, extreme: Fraction, start: datetime, time: datetime) -> None:
        direction, trail = position["direction"], position["trail"]
        if position["trails_from"] is not None and start < position["trails_from"]:
            return
        if position["best"] is None or (extreme - position["best"]) * direction > 0:
            position["best"] = extreme
        if trail is None or position["open"] == 0:
            return
        if trail["activation"] is not None and (position["best"] - trail["activation"]) * direction < 0:
            return
        stop, before = position["best"] - direction * trail["offset"], current_stop(position)
        if 0 < stop < LARGEST and (before is None or (stop - before) * direction >= (trail["step"] or SMALLEST)):
            move_stop(position, stop, time)

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
        if reason != "MANUAL" or position["open"] == 0:
            position["status"] = (ends | {"MANUAL": "CLOSED", "EXPIRED": "EXPIRED"})[reason]

    # By hand, halts and the curve (R27, R34, R37)

    def close_by_hand(
        self,
        signal_id: str,
        market_price: Decimal | None,
        timestamp: datetime | None,
        quantity: Decimal | None,
        percent: Decimal | None,
    ) -> str | None:
        position = next((p for p in self.all_positions() if p["id"] == signal_id), None)
        if position is None:
            return "POSITION_NOT_FOUND"
        if position["open"] == 0:
            return "POSITION_NOT_OPEN"
        if timestamp is not None and self.is_late(position["symbol"], timestamp):
            return "LATE_SIGNAL"
        out = part_to_close(position, quantity, percent)
        if isinstance(out, str):
            return out
        self.observe_fills([self.close_priced(position, out, market_price, timestamp)])
        return None

    def close_priced(
        self, position: Record, out: Fraction, market_price: Decimal | None, timestamp: datetime | None
    ) -> datetime:
        """Close at a price unless there is a later one, or at the last price; the time of the exit (R27)."""
        raw, price_time = self.mark(position), self.mark_time(position)
        if market_price is not None:
            timestamp = timestamp or self.desk.clock
            assert timestamp is not None
            if price_time <= timestamp:
                raw = Fraction(market_price)
        time = max(t for t in (price_time, position["entry_time"], timestamp) if t is not None)
        self.exit(position, "MANUAL", out, raw, time, self.desk.volume.get(position["symbol"]))
        return time

    def close_all_by_hand(
        self, symbol: str | None, timestamp: datetime | None, market_price: Decimal | None
    ) -> str | None:
        """All of an account or of a symbol, or none (R27)."""
        mine = [p for p in self.open_positions() if symbol in (None, p["symbol"])]
        if not mine:
            return "NOTHING_TO_CLOSE"
        if timestamp is not None and any(self.is_late(p["symbol"], timestamp) for p in mine):
            return "LATE_SIGNAL"
        self.observe_fills([self.close_priced(p, p["open"], market_price, timestamp) for p in mine])
        return None

    # Amending (R41)

    def amend_position(self, signal_id: str, changes: Record, timestamp: datetime | None) -> str | None:
        position = next((p for p in self.all_positions() if p["id"] == signal_id), None)
        if position is None:
            return "POSITION_NOT_FOUND"
        if position["open"] == 0:
            return "POSITION_NOT_OPEN"
        if timestamp is not None and self.is_late(position["symbol"], timestamp):
            return "LATE_SIGNAL"
        return self.amend_open(position, changes, timestamp or self.desk.clock)

    def amend_open(self, position: Record, changes: Record, timestamp: datetime) -> str | None:
        time = max(t for t in (timestamp, position["entry_time"], position["amended_at"]) if t is not None)
        before = {**position, "stop_loss": current_stop(position)}
        after = {**before, **changes}
        if "trailing_stop" in changes:
            after["trail"] = trail_from_entry(position, changes["trailing_stop"])
        expires_too_soon = changes.get("expires_at") is not None and changes["expires_at"] <= time
        has_only_second = after["target1"] is None and after["target2"] is not None
        if expires_too_soon or has_only_second or after["trail"] == "INVALID_INPUT":
            return "INVALID_INPUT"
        if refusal := self.refuses_levels(position, before, after) or self.refuses_risk(position, before, after):
            return refusal
        levels = ("stop_loss", "target1", "target2")
        if any(after[name] != before[name] for name in levels):
            position["amended"].append((time, position["target1"], position["target2"]))
        if after["stop_loss"] != before["stop_loss"]:
            position["stop_moves"].append((time, after["stop_loss"], True))
        if any(after[name] != before[name] for name in ("stop_loss", "trail")):
            position["trails_from"], position["best"] = time, None
        apart = ("stop_loss", "trailing_stop")
        position.update({key: value for key, value in changes.items() if key not in apart}, trail=after["trail"])
        if any(after[name] != before[name] for name in (*levels, "trail", "expires_at", "campaign_id", "note")):
            position["amended_at"] = time
        return None

    def refuses_levels(self, position: Record, before: Record, after: Record) -> str | None:
        """R14 for what is new, seen from the last price; target 1 is as it was once something has left at it."""
        direction, last = position["direction"], self.mark(position)
        if after["target1"] != before["target1"] and position["status"] == "TARGET_1_HIT":
            return "INVALID_LEVELS"
        if after["trail"] != before["trail"] and trails_at_no_price(after["trail"], direction, last):
            return "INVALID_LEVELS"
        targets = [name for name in ("target1", "target2") if after[name] is not None]
        stop, moves = after["stop_loss"], before["stop_loss"] != after["stop_loss"]
        is_behind = after["target1"] == before["target1"] and leaves_nothing_at_first(position, after)
        ahead = [name for name in targets if name == "target2" or not is_behind]
        for name in ahead:
            is_new = moves or after[name] != before[name]
            if is_new and stop is not None and (after[name] - stop) * direction <= 0:
                return "INVALID_LEVELS"
        are_new = any(after[name] != before[name] for name in ("target1", "target2"))
        both = len(targets) == 2 and len(ahead) == 2
        if are_new and both and (after["target2"] - after["target1"]) * direction < 0:
            return "INVALID_LEVELS"
        if stop != before["stop_loss"] and is_at_stop(position, last, stop):
            return "STOP_ALREADY_BREACHED"
        changed = [name for name in ahead if after[name] != before[name]]
        return "TARGET_ALREADY_REACHED" if any((after[n] - last) * direction <= 0 for n in changed) else None

    def refuses_risk(self, position: Record, before: Record, after: Record) -> str | None:
        """R18, where the risk grows or the campaign is another."""
        was, stop, to_be = open_risk(position), after["stop_loss"], Fraction(position["entry_amount_left"])
        if stop is not None:
            to_be = max(Fraction(0), signed(position, position["entry_price"] - stop)) * position["open"]
        if to_be <= was and after["campaign_id"] == before["campaign_id"]:
            return None
        if to_be > was and self.halt:
            return "ACCOUNT_HALTED"
        equity, campaign = self.equity(), after["campaign_id"]
        others = self.risk(campaign) - (was if campaign == before["campaign_id"] else 0)
        if to_be > equity * self.setting("max_trade_risk_percent") / 100:
            return "TRADE_RISK_EXCEEDED"
        if campaign and others + to_be > equity * self.setting("max_campaign_risk_percent") / 100:
            return "CAMPAIGN_RISK_EXCEEDED"
        if self.risk() - was + to_be > equity * self.setting("max_heat_percent") / 100:
            return "PORTFOLIO_HEAT_EXCEEDED"
        return None

    def amend_signal(self, signal_id: str, changes: Record, timestamp: datetime | None) -> str | None:
        """Checked anew as if it were sent so, its own reservation released; it keeps its place."""
        signal = self.signals.get(signal_id)
        if signal is None:
            return "SIGNAL_NOT_FOUND"
        if signal["status"] != "WORKING":
            return "SIGNAL_NOT_WORKING"
        if timestamp is not None and self.is_late(signal["symbol"], timestamp):
            return "LATE_SIGNAL"
        time = max([timestamp or self.desk.clock, signal["timestamp"], *(t for t, _ in signal["earlier"])])
        if any(changes.get(name) is not None and changes[name] <= time for name in ("good_until", "expires_at")):
            return "INVALID_INPUT"
        now = {key: signal[key] for key in AMENDABLE}
        wanted = {**now, **in_place_of_others(changes)}
        if malformed({**signal["content"], **wanted}):
            return "INVALID_INPUT"
        after = {**signal, **wanted}
        if not levels_in_order(after):
            return "INVALID_LEVELS"
        if any(now[key] != wanted[key] for key in SIZING):
            after.pop("accepted_quantity")
        signal["status"] = "AMENDING"
        refusal = self.accept_waiting(after)
        signal["status"] = "WORKING"
        shown = [key for key in AMENDABLE if key not in ("quantity", "time_in_force")]
        is_other = any(now[key] != wanted[key] for key in shown)
        if refusal is None and (is_other or after["accepted_quantity"] != signal["accepted_quantity"]):
            sized = {"accepted_quantity": signal["accepted_quantity"]}
            signal.update(after, earlier=[*signal["earlier"], (time, {**now, **sized})])
        return refusal

    def close_everything(self) -> list[datetime]:
        return self.close_at_last_prices(self.open_positions())

    def close_at_last_prices(self, positions: list[Record]) -> list[datetime]:
        """Close whole positions at their last prices (R27); the times of the exits."""
        times = []
        for position in positions:
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
        self.all_days.append(self.days[-1])

    def reason_to_halt(self) -> str | None:
        equity, peak, day_before = self.equity(), max(self.since_restart), self.equity_of_day_before(self.days)
        daily, drawdown = self.setting("max_daily_loss_percent"), self.setting("max_drawdown_percent")
        if equity <= 0:
            return "RUIN"
        if daily is not None and (day_before - equity) * 100 > daily * day_before:
            return "DAILY_LOSS"
        if drawdown is not None and (peak - equity) * 100 > drawdown * peak:
            return "DRAWDOWN"
        return None

    def equity_of_day_before(self, days: list[tuple[date | None, Fraction]]) -> Fraction:
        today = days[-1][0]
        earlier = [equity for day, equity in days if day is None or (today is not None and day < today)]
        return (earlier or [days[0][1]])[-1]

    def restart_measures(self) -> None:
        """Measure daily loss and drawdown from the equity of now (R34)."""
        self.since_restart = [self.equity()]
        self.days = [(self.days[-1][0] if self.days else None, self.equity())]
        self.all_days += self.days

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
            "day_reference": self.equity_of_day_before(self.days),
            "day_before": self.equity_of_day_before(self.all_days),
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


def seen_price(price: Fraction | None) -> Decimal | None:
    return None if price is None else decimal(price)


def seen_position(position: Record) -> Record:
    fills = [{k: decimal(v) if isinstance(v, Fraction) else v for k, v in f.items()} for f in position["fills"]]
    return {
        "status": position["status"],
        "quantity": decimal(position["quantity"]),
        "open_quantity": decimal(position["open"]),
        "entry_time": position["entry_time"],
        "stop": seen_price(current_stop(position)),
        "target1": seen_price(position["target1"]),
        "target2": seen_price(position["target2"]),
        "realized": decimal(position["realized"]),
        "fills": fills,
    }


# Levels of one signal or position


def levels_in_order(signal: Record) -> bool:
    direction, second = signal["direction"], signal["target2"]
    levels = [signal["stop_loss"], signal["entry_price"], signal["target1"]]
    rising = all((b - a) * direction > 0 for a, b in pairwise(x for x in levels if x is not None))
    multiples = [signal["target1_r"], signal["target2_r"]]
    falls = None not in multiples and multiples[1] < multiples[0]
    return rising and not falls and not targets_fall(signal, signal["target1"], second)


def targets_fall(signal: Record, first: Fraction | None, second: Fraction | None) -> bool:
    return first is not None and second is not None and (second - first) * signal["direction"] < 0


def level_touched(signal: Record, raw: Fraction, stop: Fraction | None, target: Fraction | None) -> str | None:
    """R14: a raw price at or beyond the stop or the first target."""
    if stop is not None and (raw - stop) * signal["direction"] <= 0:
        return "STOP_ALREADY_BREACHED"
    if target is not None and (target - raw) * signal["direction"] <= 0:
        return "TARGET_ALREADY_REACHED"
    return None


def first_stop(signal: Record, fill: Fraction) -> Fraction | None:
    """The stop that a fill gives (R14): a trailing stop that begins at once is one where no other is given."""
    if signal["stop_loss"] is not None:
        stop: Fraction = signal["stop_loss"]
        return stop
    trailing, away = signal["trailing_stop"], None
    if signal["stop_distance"] is not None:
        away = signal["stop_distance"]
    elif signal["stop_percent"] is not None:
        away = fill * signal["stop_percent"] / 100
    elif trailing and "activation" not in trailing and "activation_r" not in trailing:
        away = trail_offset(trailing, fill)
    return None if away is None else rounded(fill - signal["direction"] * away)


def trail_offset(trailing: Record, fill: Fraction) -> Fraction:
    offset: Fraction = trailing["offset"] if "offset" in trailing else rounded(fill * trailing["percent"] / 100)
    return offset


def levels_at(signal: Record, fill: Fraction) -> Record:
    """The prices that levels relative to the fill become (R14)."""
    stop, trailing = first_stop(signal, fill), signal["trailing_stop"]

    def at_multiple(price: Fraction | None, multiple: Fraction | None) -> Fraction | None:
        if multiple is None or stop is None:
            return price
        return rounded(fill + signal["direction"] * multiple * abs(fill - stop))

    trail = None
    if trailing:
        trail = {
            "offset": trail_offset(trailing, fill),
            "activation": at_multiple(trailing.get("activation"), trailing.get("activation_r")),
            "step": trailing.get("step"),
        }
    first = at_multiple(signal["target1"], signal["target1_r"])
    return {
        "stop": stop,
        "target1": first,
        "target2": at_multiple(signal["target2"], signal["target2_r"]),
        "trail": trail,
    }


def levels_wrong(signal: Record, levels: Record, fill: Fraction) -> str | None:
    """A relative level that is no price, or is the fill itself."""
    trail = levels["trail"] or {"offset": Fraction(1), "activation": None}
    relative = [levels["stop"] if signal["stop_loss"] is None else None]
    relative += [levels[key] for key in ("target1", "target2") if signal[f"{key}_r"] is not None]
    if signal["trailing_stop"] and "activation_r" in signal["trailing_stop"]:
        relative.append(trail["activation"])
    unusable = any(not 0 < level < LARGEST or level == fill for level in relative if level is not None)
    unusable = unusable or not 0 < trail["offset"] < LARGEST
    unusable = unusable or trails_at_no_price(levels["trail"], signal["direction"], fill)
    return "INVALID_LEVELS" if unusable else None


def trails_at_no_price(trail: Record | None, direction: int, price: Fraction) -> bool:
    """Whether the first stop of a trail, from a price or from its activation on, would be none (R26)."""
    if trail is None:
        return False
    begins = [price] if trail["activation"] is None else [price, trail["activation"]]
    stop = max(begins, key=lambda level: level * direction) - direction * trail["offset"]
    return not 0 < stop < LARGEST


def as_of(signal: Record, start: datetime) -> Record:
    """A signal as it counts for a bar that starts then (R41)."""
    return {**signal, **next((fields for until, fields in signal["earlier"] if start < until), {})}


def beyond(signal: Record, low: Fraction, high: Fraction, through: bool = False) -> bool:
    """Whether prices from low to high let a LIMIT or STOP signal fill, a LIMIT perhaps only by going through (R49)."""
    if signal["entry"] not in ("LIMIT", "STOP"):
        return False
    from_above = (signal["entry"] == "LIMIT") == (signal["direction"] > 0)
    entry_price: Fraction = signal["entry_price"]
    if through and signal["entry"] == "LIMIT" and entry_price == (low if from_above else high):
        return False
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


def targets_at(position: Record, start: datetime) -> tuple[Fraction | None, Fraction | None]:
    """The targets that count for a bar that starts then (R41)."""
    earlier = [(target1, target2) for until, target1, target2 in position["amended"] if start < until]
    return (earlier or [(position["target1"], position["target2"])])[0]


def exits_at_targets(
    position: Record, best: Fraction, start: datetime, through: bool = False
) -> list[tuple[str, Fraction, Fraction]]:
    """What leaves at the targets when the market reaches `best`: reason, quantity and level (R22, R25, R49)."""
    least = SMALLEST if through else 0
    direction, left, exits = position["direction"], position["open"], []
    target1, target2 = targets_at(position, start)
    if target1 is None:
        return []
    if target2 is None:
        out = left
    else:
        step = STEPS[position["asset_class"]]
        out = down_to_step(left * position["scale_out_percent"] / 100, step)
    already_out = any(fill["reason"] == "TARGET_1" for fill in position["fills"])
    if not already_out and out > 0 and (best - target1) * direction >= least:
        exits.append(("TARGET_1", out, target1))
        left -= out
    if target2 is not None and left > 0 and (best - target2) * direction >= least:
        exits.append(("TARGET_2", left, target2))
    return exits


def ordered_exits(
    position: Record, stopped: bool, best: Fraction, policy: str, start: datetime, through: bool
) -> list[tuple[str, Fraction, Any]]:
    """R23: the exits inside a bar in which the stop was touched or not and the best price counted is `best`."""
    at_targets = exits_at_targets(position, best, start, through)
    if stopped and policy == "PESSIMISTIC":
        at_targets = []
    left = position["open"] - sum(quantity for _, quantity, _ in at_targets)
    return at_targets + ([("STOP_LOSS", left, None)] if stopped and left > 0 else [])


def part_to_close(position: Record, quantity: Decimal | None, percent: Decimal | None) -> Fraction | str:
    """How much a closing by hand takes, or why it takes nothing (R27)."""
    step = STEPS[position["asset_class"]]
    still_open: Fraction = position["open"]
    if quantity is not None:
        if Fraction(quantity) % step != 0:
            return "INVALID_INPUT"
        return "QUANTITY_TOO_LARGE" if quantity > still_open else Fraction(quantity)
    if percent is not None:
        return down_to_step(still_open * Fraction(percent) / 100, step) or "QUANTITY_TOO_SMALL"
    return still_open


def risk_of(stop: Fraction | None, price: Fraction, quantity: Fraction) -> Fraction:
    """What an entry at a price risks: without a stop all of its amount (R18)."""
    return rounded(price * quantity) if stop is None else abs(price - stop) * quantity


def open_risk(position: Record) -> Fraction:
    still_open, stop = position["open"], current_stop(position)
    if stop is None:
        left: Fraction = position["entry_amount_left"]
        return left
    risk: Fraction = max(Fraction(0), signed(position, position["entry_price"] - stop)) * still_open
    return risk


def is_at_stop(position: Record, price: Fraction, stop: Fraction | None) -> bool:
    return stop is not None and (price - stop) * position["direction"] <= 0


def current_stop(position: Record) -> Fraction | None:
    return after_moves(position, position["stop_moves"])


def stop_at(position: Record, start: datetime) -> Fraction | None:
    """The stop that counts for a bar that starts then (R26)."""
    return after_moves(position, [move for move in position["stop_moves"] if move[0] <= start])


def trail_from_entry(position: Record, trailing: Record | None) -> Any:
    """A trail given by an amendment, reckoned from the entry (R41)."""
    if trailing is None:
        return None
    entry, first, activation = position["entry_price"], position["first_stop"], trailing.get("activation")
    if trailing.get("activation_r") is not None:
        if first is None:
            return "INVALID_INPUT"
        activation = rounded(entry + position["direction"] * trailing["activation_r"] * abs(entry - first))
    offset = trail_offset(trailing, entry)
    usable = 0 < offset < LARGEST and (activation is None or 0 < activation < LARGEST)
    return {"offset": offset, "activation": activation, "step": trailing.get("step")} if usable else "INVALID_INPUT"


def leaves_nothing_at_first(position: Record, after: Record) -> bool:
    """Whether the first target is behind, or nothing would leave at it, as the first of two (R25)."""
    out = down_to_step(position["open"] * position["scale_out_percent"] / 100, STEPS[position["asset_class"]])
    return position["status"] == "TARGET_1_HIT" or (after["target2"] is not None and out == 0)


def after_moves(position: Record, moves: list[tuple[datetime, Fraction | None, bool]]) -> Fraction | None:
    """Where the stop stands after moves, one after the other: towards profit only, but for one by hand (R26, R41)."""
    stop: Fraction | None = position["first_stop"]
    for _, price, by_hand in moves:
        if by_hand or stop is None or price is None:
            stop = price
        else:
            stop = max(stop, price, key=lambda level: signed(position, level))
    return stop


def move_stop(position: Record, price: Fraction, time: datetime) -> None:
    stop = current_stop(position)
    if stop is None or (price - stop) * position["direction"] > 0:
        position["stop_moves"].append((time, price, False))


def is_due(position: Record, start: datetime) -> bool:
    days = position["max_holding_days"]
    limits = [position["expires_at"], None if days is None else position["entry_time"] + timedelta(days=int(days))]
    return any(limit is not None and start >= limit for limit in limits)
