"""Figures for Prometheus, of this process: what the desk decided, how its streams stand, how long things take."""

from collections import Counter as Counted
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from domain.engine.events import JournalEntry, PositionEvent, SignalEvent
from domain.engine.results import Decision

_COMMANDS = (1, 2, 5, 10, 25, 50, 100, 200)
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one process; each name begins with `papertape_`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._count_decisions()
        self._gauge_process()
        self._gauge_feeds()
        self._count_notifications()
        self._time_work()

    def _count_decisions(self) -> None:
        self.signals = self._counter("papertape_signals", "Signals by what became of them.", "outcome")
        self.refusals = self._counter("papertape_refusals", "Commands refused, by code.", "code")
        self.fills = self._counter("papertape_fills", "Fills by reason.", "reason")
        self.bars = self._counter("papertape_bars", "Bars and quotes applied.")
        self.hook_deliveries = self._counter(
            "papertape_hook_deliveries", "Alerts by their hook and what became of them.", "hook", "outcome"
        )

    def _gauge_process(self) -> None:
        self.journal = self._gauge("papertape_journal_ordinal", "The desk's newest ordinal that was read here.")
        self.chain = self._gauge("papertape_chain_ordinal", "The ordinal of the record's head.")
        self.chain_hash = self._gauge("papertape_chain_hash", "The first 12 digits of the head's hash, as a number.")
        self.journal_age = self._gauge("papertape_journal_age_seconds", "Time since the journal was last looked at.")
        self.subscribers = self._gauge("papertape_stream_subscribers", "Subscriptions that are open.")
        self.waiting = self._gauge("papertape_stream_waiting", "Journal events that the slowest has not taken.")
        self.wakeup = self._gauge("papertape_wakeup_connected", "1 if woken by the broadcaster, 0 if only polling.")
        self.writer = self._gauge("papertape_writer_ready", "1 if the last attempt to write succeeded, 0 if not.")
        self.clock_skew = self._gauge(
            "papertape_clock_skew_seconds",
            "How far the wall clock is ahead of the database's, or, negative, behind that or the newest record.",
        )

    def _gauge_feeds(self) -> None:
        self.feed_ready = self._gauge("papertape_feed_ready", "1 if a feed brings all that its market has.", "feed")
        self.feed_bars = self._gauge("papertape_feed_bars", "Bars that the desk has applied from a feed.", "feed")
        self.feed_rejected = self._gauge("papertape_feed_rejected", "Bars and quotes that were not taken.", "feed")
        self.feed_corrected = self._gauge("papertape_feed_corrected", "Bars that a market changed later.", "feed")
        self.feed_gaps = self._gauge("papertape_feed_gaps", "Spans that a market had no bars of.", "feed")

    def _count_notifications(self) -> None:
        self.notifications_sent = self._counter("papertape_notifications_sent", "Messages that arrived.", "target")
        self.notifications_failed = self._counter(
            "papertape_notifications_failed", "Messages given up after a day.", "target"
        )
        self.notifications_pending = self._gauge(
            "papertape_notifications_pending", "Messages that wait, of targets that this process sees to.", "target"
        )

    def _time_work(self) -> None:
        self.transactions = self._histogram("papertape_transaction_seconds", "Time of a write transaction.")
        self.groups = self._histogram(
            "papertape_transaction_commands", "Commands in a write transaction.", buckets=_COMMANDS
        )
        self.requests = self._histogram(
            "papertape_request_seconds", "Time of an HTTP request, streams left out.", "path", "status"
        )

    def _counter(self, name: str, description: str, *labels: str) -> Counter:
        return Counter(name, description, labels, registry=self._registry)

    def _gauge(self, name: str, description: str, *labels: str) -> Gauge:
        return Gauge(name, description, labels, registry=self._registry)

    def _histogram(self, name: str, description: str, *labels: str, buckets: Sequence[float] = _SECONDS) -> Histogram:
        return Histogram(name, description, labels, buckets=buckets, registry=self._registry)

    def committed(self, decisions: list[Decision], seconds: float) -> None:
        """A group of commands is durable."""
        self.transactions.observe(seconds)
        self.groups.observe(len(decisions))
        # Counted in plain numbers first: to find a figure by its label costs more than all else here.
        refusals, signals, fills = Counted[str](), Counted[str](), Counted[str]()
        for decision in decisions:
            if decision.result.refusal is not None:
                refusals[decision.result.refusal.code.value] += 1
            if (ingested := decision.result.ingested) is not None:
                self.bars.inc(ingested.applied)
            for fact in decision.facts:
                match fact:
                    case JournalEntry(event=SignalEvent(signal)):
                        signals[signal.status.value] += 1
                    case JournalEntry(event=PositionEvent(fill=fill)) if fill is not None:
                        fills[fill.reason.value] += 1
        for counter, counted in ((self.refusals, refusals), (self.signals, signals), (self.fills, fills)):
            for label, number in counted.items():
                counter.labels(label).inc(number)

    def exposition(self) -> bytes:
        """All figures, in Prometheus' text format."""
        return generate_latest(self._registry)
