"""What a feed is told: words like `exchange=binance symbols=BTC/USDT,ETH/USDT interval=1m`."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.errors import BadArgument
from api.files.intervals import Interval
from domain.notation import read_time
from domain.validation import Invalid, is_symbol

_DAY = timedelta(days=1)
_DISTINGUISHING = ("exchange", "market", "source", "interval")


@dataclass(slots=True)
class FeedOptions:
    """The name of a feed and its options, each of which is to be asked for before `require_all_known`.

    `has_input` says whether standard input is the feed's to read.
    """

    name: str
    words: dict[str, str]
    has_input: bool = True
    _asked: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, text: str) -> "FeedOptions":
        """Options of a line such as `ccxt exchange=binance symbols=BTC/USDT` of a server. Raises BadArgument."""
        try:
            name, *words = shlex.split(text)
        except ValueError:
            raise BadArgument(f"a feed is its name and words like interval=1m, not {text!r}") from None
        return cls.of(name, words, has_input=False)

    @classmethod
    def of(cls, name: str, words: Sequence[str], *, has_input: bool = True) -> "FeedOptions":
        """Options of words that are each an option and its value. Raises BadArgument."""
        options: dict[str, str] = {}
        for word in words:
            key, equals, value = word.partition("=")
            if not equals or not key or not value:
                raise BadArgument(f"an option of a feed is like interval=1m, not {word!r}")
            if key in options:
                raise BadArgument(f"{key}= is given twice")
            options[key] = value
        return cls(name, options, has_input)

    @property
    def identity(self) -> str:
        """What tells feeds of the same symbols apart; no option that may hold a secret."""
        return " ".join((self.name, *(f"{key}={self.words[key]}" for key in _DISTINGUISHING if key in self.words)))

    def text(self, key: str, default: str | None = None) -> str:
        """An option's text, which `@FILE` keeps out of lists of processes. Raises BadArgument where there is none."""
        self._asked.add(key)
        value = self.words.get(key, default)
        if value is None:
            raise BadArgument(f"the feed {self.name} needs {key}=")
        return _contents(key, value[1:]) if value.startswith("@") else value

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of some texts, the first of them by default. Raises BadArgument."""
        value = self.text(key, choices[0])
        if value not in choices:
            raise BadArgument(f"{key}= must be one of {', '.join(choices)}, not {value!r}")
        return value

    def symbols(self) -> list[str]:
        """The symbols. Raises BadArgument."""
        names = [name.strip() for name in self.text("symbols").split(",") if name.strip()]
        for name in names:
            if not is_symbol(name):
                raise BadArgument(f"symbols= has {name!r}, which is no symbol of a desk")
        if not names or len(set(names)) < len(names):
            raise BadArgument("symbols= must name symbols, each once: symbols=AAPL,MSFT")
        return names

    def interval(self, default: str = "1m") -> Interval:
        """How long bars are. Raises BadArgument."""
        return Interval.parse(self.text("interval", default))

    def since(self, now: datetime) -> datetime:
        """From when on bars are wanted of a symbol that the desk has none of: a day, or the time of `since=`.

        Raises BadArgument.
        """
        text = self.text("since", "")
        try:
            return read_time("since", text).astimezone(UTC) if text else now - _DAY
        except Invalid as problem:
            raise BadArgument(f"since=: {problem}") from None

    def quotes_per_second(self) -> float:
        """How many quotes a second are sent of a symbol at most; 0 sends none. Raises BadArgument."""
        text = self.text("quotes", "1")
        if not text.replace(".", "", 1).isdecimal() or float(text) > 100:
            raise BadArgument(f"quotes= must be how many a second at most, 0 to 100, not {text!r}")
        return float(text)

    def require_all_known(self) -> None:
        """Refuse options that nobody asked for. Raises BadArgument."""
        if unknown := sorted(self.words.keys() - self._asked):
            known = ", ".join(f"{key}=" for key in sorted(self._asked))
            raise BadArgument(f"the feed {self.name} has no option {unknown[0]}=; it has {known}")


def _contents(key: str, file: str) -> str:
    try:
        return Path(file).read_text().strip()
    except UnicodeDecodeError:
        raise BadArgument(f"{key}= cannot be read from {file}: it is no text") from None
    except OSError as problem:
        raise BadArgument(f"{key}= cannot be read from {file}: {problem.strerror}") from None
