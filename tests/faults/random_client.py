"""A client that sends random operations, from a seed: signals, bars, closings, settings, resets."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

ACCOUNTS = tuple(f"account-{number}" for number in range(8))
SYMBOLS = ("AAA", "BBB", "CCC", "DDD")
OPENING = datetime(2024, 3, 4, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CENT = Decimal("0.01")

REFUSALS = {
    *("ACCOUNT_DISABLED", "ALREADY_ENABLED", "STOP_ALREADY_BREACHED", "TARGET_ALREADY_REACHED", "INVALID_LEVELS"),
    *("TRADE_RISK_EXCEEDED", "CAMPAIGN_RISK_EXCEEDED", "PORTFOLIO_HEAT_EXCEEDED", "INSUFFICIENT_BUYING_POWER"),
    *("POSITION_NOT_FOUND", "POSITION_NOT_OPEN", "SIGNAL_NOT_FOUND", "SIGNAL_NOT_WORKING"),
    *("CHANGED_MEANWHILE", "NOTHING_TO_CLOSE", "QUANTITY_TOO_LARGE", "QUANTITY_TOO_SMALL"),
}
"""The refusals that random operations may get."""

_ERRORS = "errors { code message }"
_KINDS = {
    "executeSignal": (55, f"signal {{ signalId status }} position {{ id }} {_ERRORS}"),
    "ingestBars": (14, f"applied fills {_ERRORS}"),
    "ingestQuotes": (6, f"applied fills {_ERRORS}"),
    "closePosition": (8, f"trade {{ id }} {_ERRORS}"),
    "closeAll": (1, f"trades {{ id }} {_ERRORS}"),
    "amendPosition": (4, f"position {{ id amendments {{ cursor }} }} {_ERRORS}"),
    "amendSignal": (3, f"signal {{ status }} {_ERRORS}"),
    "cancelSignal": (6, f"signal {{ status }} {_ERRORS}"),
    "previewSignal": (5, f"accepted {_ERRORS}"),
    "updateSettings": (2, f"account {{ name }} {_ERRORS}"),
    "disable": (1, f"closedTrades {{ id }} {_ERRORS}"),
    "enable": (2, f"account {{ name }} {_ERRORS}"),
    "reset": (1, f"endedSession {{ number }} {_ERRORS}"),
}


@dataclass
class RandomMarket:
    """The market that all clients share: a price and a minute for each symbol."""

    chance: random.Random
    prices: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(SYMBOLS, Decimal(100)))
    minutes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SYMBOLS, 0))

    def next_bar(self, symbol: str) -> dict[str, str]:
        """The symbol's next minute, up to half a percent away."""
        start = self._tick(symbol)
        before = self.prices[symbol]
        self.prices[symbol] = self._near(before)
        traded = sorted([before, self.prices[symbol], self._near(before), self._near(before)])
        ends = {"open": before, "high": traded[-1], "low": traded[0], "close": self.prices[symbol]}
        times = {"start": start.isoformat(), "end": (start + MINUTE).isoformat()}
        return {"symbol": symbol, **times, **{name: str(price) for name, price in ends.items()}, "volume": "10000"}

    def next_quote(self, symbol: str) -> dict[str, str]:
        """A price at the symbol's next minute."""
        time = self._tick(symbol)
        self.prices[symbol] = self._near(self.prices[symbol])
        return {"symbol": symbol, "time": time.isoformat(), "price": str(self.prices[symbol])}

    def _tick(self, symbol: str) -> datetime:
        self.minutes[symbol] += 1
        return OPENING + self.minutes[symbol] * MINUTE

    def _near(self, price: Decimal) -> Decimal:
        """A price near the last, drawn back to 100, so that levels and sizes stay within limits."""
        pull = (Decimal(100) - price) / 100
        moved = price * (1 + Decimal(self.chance.randint(-50, 50)) / 10_000) + pull
        return moved.quantize(CENT)


@dataclass
class RandomClient:
    """Sends one operation after another, to either server, and checks that each answer is one of those expected."""

    http: httpx.AsyncClient
    urls: list[str]
    market: RandomMarket
    chance: random.Random
    counted: Counter[str]
    known: list[tuple[str, str, str | None]]
    """Account, signal and position of signals accepted lately."""

    async def run(self, operations: int) -> None:
        names, weights = list(_KINDS), [weight for weight, _ in _KINDS.values()]
        for kind in self.chance.choices(names, weights, k=operations):
            await self.do(kind)

    async def do(self, kind: str) -> None:
        making: dict[str, Callable[[], dict[str, Any]]] = {
            "executeSignal": self._signal,
            "previewSignal": self._signal,
            "ingestBars": lambda: {"bars": [self.market.next_bar(symbol) for symbol in self._some_symbols()]},
            "ingestQuotes": lambda: {"quotes": [self.market.next_quote(self.chance.choice(SYMBOLS))]},
            "closePosition": self._closing,
            "cancelSignal": self._cancelling,
            "amendPosition": lambda: {**self._cancelling(), **self._levels()},
            "amendSignal": lambda: {**self._cancelling(), **self._levels()},
            "updateSettings": lambda: {"account": self._account(), "settings": self._settings()},
        }
        content = making.get(kind, lambda: {"account": self._account()})()
        await self._send(kind, content)

    def _levels(self) -> dict[str, str | None]:
        """Levels around the price, one of them, or a note."""
        near = {"stopLoss": Decimal("0.97"), "target1": Decimal("1.04")}
        names = self.chance.sample([*near, "note"], self.chance.randint(1, 2))
        price = self.market.prices[self.chance.choice(SYMBOLS)]
        return {name: str((price * near[name]).quantize(CENT)) if name in near else "amended" for name in names}

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        operation = "query" if kind == "previewSignal" else "mutation"
        type_ = "ExecuteSignalInput" if kind == "previewSignal" else f"{kind[0].upper()}{kind[1:]}Input"
        query = f"{operation} Do($input: {type_}!) {{ {kind}(input: $input) {{ {_KINDS[kind][1]} }} }}"
        payload = (await ask(self.http, self.chance.choice(self.urls), query, input=content))[kind]
        codes = [error["code"] for error in payload["errors"]]
        assert REFUSALS.issuperset(codes), (kind, content, payload["errors"])
        self.counted[kind] += 1
        self.counted.update(codes)
        if kind == "executeSignal" and not codes:
            position = payload["position"]
            self._remember(content["account"], content["id"], position and position["id"])

    def _remember(self, account: str, signal: str, position: str | None) -> None:
        self.known.append((account, signal, position))
        del self.known[:-200]

    def _account(self) -> str:
        return self.chance.choice(ACCOUNTS)

    def _some_symbols(self) -> list[str]:
        return self.chance.sample(SYMBOLS, self.chance.randint(1, 3))

    def _settings(self) -> dict[str, Any]:
        return self.chance.choice(
            [
                {"scaleOutPercent": self.chance.choice(["30", "50", None])},
                {"breakEvenAfterTarget1": self.chance.random() < 0.5},
                {"slippage": self.chance.choice([{"percent": "0.05"}, {"volumeShare": {}}, None])},
                {"commission": self.chance.choice([{"basisPoints": "3"}, {"perOrder": "1"}, None])},
            ]
        )

    def _closing(self) -> dict[str, Any]:
        account, _, position = self._one_known()
        part = self.chance.choice([{}, {"percent": "30"}, {"quantity": "20"}])
        return {"account": account, "positionId": position or f"Position_{uuid.UUID(int=0)}", **part}

    def _cancelling(self) -> dict[str, Any]:
        account, signal, _ = self._one_known()
        return {"account": account, "signalId": signal}

    def _one_known(self) -> tuple[str, str, str | None]:
        nobody = (ACCOUNTS[0], str(uuid.UUID(int=0)), None)
        return self.chance.choice(self.known) if self.known else nobody

    def _signal(self) -> dict[str, Any]:
        """An entry near the price, with a stop and targets about one percent away; some too large for the limits."""
        chance, symbol = self.chance, self.chance.choice(SYMBOLS)
        up, price = chance.choice((1, -1)), self.market.prices[symbol]

        def level(percent: str) -> str:
            return str((price * (1 + up * Decimal(percent) / 100)).quantize(CENT))

        entry = chance.choice(("MARKET", "MARKET", "NEXT_OPEN", "AT_CLOSE", "LIMIT", "STOP"))
        return {
            "account": self._account(),
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "symbol": symbol,
            "side": "LONG" if up > 0 else "SHORT",
            "entry": entry,
            **({"entryPrice": level("-0.2" if entry == "LIMIT" else "0.2")} if entry in ("LIMIT", "STOP") else {}),
            **chance.choice(
                [
                    {"stopLoss": level("-1"), "target1": level("0.8"), "target2": level("1.5")},
                    {"stopPercent": "1", "target1R": "0.8", "target2R": "1.5"},
                    {"stopLoss": level("-1"), "trailingStop": {"percent": "0.8", "step": "0.1"}},
                ]
            ),
            "campaignId": f"campaign {chance.randint(1, 9)}",
            **chance.choice(
                [{"riskPercent": "0.15"}, {"riskPercent": "0.3"}, {"quantity": "150"}, {"quantity": "2500"}]
            ),
        }


async def ask(http: httpx.AsyncClient, url: str, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = (await http.post(url, json={"query": query, "variables": variables})).json()
    assert "errors" not in answer, (query, variables, answer["errors"])
    data: dict[str, Any] = answer["data"]
    return data
