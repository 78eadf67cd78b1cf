"""What is counted, for Prometheus: kinds, outcomes, seconds, waiting; never who, and never a word."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.conversation.visit import Visit
from bot.doors.door import Fate
from bot.store.figures import Figures, Heap
from bot.turn import Taken

MATCH_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1)
TURN_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """Counted in this process; what waits is asked of the database when the page is read."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._stored = _Stored()
        registry.register(self._stored)
        self._updates = Counter("motcua_updates", "Updates acted on.", ["kind"], registry=registry)
        self._outcomes = Counter("motcua_outcomes", "How questions ended.", ["outcome"], registry=registry)
        self._floods = Counter("motcua_floods", "Updates passed over in a flood.", registry=registry)
        self._match = Histogram(
            "motcua_match_seconds", "Understanding a message, finding what to say.", registry=registry,
            buckets=MATCH_SECONDS,
        )  # fmt: skip
        self._turn = Histogram("motcua_turn_seconds", "A turn, committed.", registry=registry, buckets=TURN_SECONDS)
        self._deliveries = Counter("motcua_deliveries", "Messages tried.", ["result"], registry=registry)
        self._held_back = Counter("motcua_telegram_429", "Messages Telegram told us to hold back.", registry=registry)
        self._doors = Gauge("motcua_door_open", "Whether a door is served: 1, or 0.", ["door"], registry=registry)
        self._errors = Counter("motcua_errors", "What went wrong.", ["where", "kind"], registry=registry)

    def turn(self, visit: Visit, taken: Taken, seconds: float) -> None:
        if not taken.happened:
            return
        self._updates.labels(visit.kind.value).inc()
        self._turn.observe(seconds)
        if taken.flood:
            self._floods.inc()
        if taken.understanding:
            self._outcomes.labels(taken.understanding.outcome.value).inc()
        if taken.matched_in is not None:
            self._match.observe(taken.matched_in)

    def delivery(self, outcome: object, fate: Fate | None) -> None:
        """`outcome`: where the message stands now, or the exception that says why it does not, and what that means."""
        if not isinstance(outcome, Exception):
            self._deliveries.labels("sent").inc()
            return
        self._deliveries.labels(type(outcome).__name__).inc()
        if fate is Fate.HELD:
            self._held_back.inc()
        elif fate is not Fate.KEPT:
            self.error("delivery", outcome)

    def door(self, name: str, *, is_open: bool) -> None:
        self._doors.labels(name).set(is_open)

    def error(self, where: str, error: Exception) -> None:
        self._errors.labels(where, type(error).__name__).inc()

    def page(self, figures: Figures) -> bytes:
        self._stored.figures = figures
        return generate_latest(self.registry)


class _Stored(Collector):
    figures: Figures | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if self.figures is None:
            return
        yield from self._heaps("motcua_inbox", "Updates whose turn is to come", [], [self.figures.inbox])
        yield from self._heaps("motcua_outbox", "Messages to be delivered", ["priority"], self.figures.outbox)
        yield GaugeMetricFamily(
            "motcua_outbox_kept", "Messages kept until their reader writes again.", value=self.figures.kept
        )
        yield _counted("motcua_requests_day", "Requests in the last 24 hours.", "what", self.figures.day)
        yield _counted("motcua_queue_overdue", "Requests of a commune past a promise.", "commune", self.figures.overdue)
        yield from self._heaps("motcua_queue", "Live requests of a commune", ["commune"], self.figures.queues)

    def _heaps(self, name: str, what: str, labels: list[str], heaps: list[Heap]) -> Iterator[GaugeMetricFamily]:
        assert self.figures  # noqa: S101 - `collect` has looked
        length = GaugeMetricFamily(f"{name}_length", f"{what}: how many.", labels=labels)
        age = GaugeMetricFamily(f"{name}_age_seconds", f"{what}: how long the oldest has waited.", labels=labels)
        for heap in heaps:
            values = [heap.key] if labels else []
            length.add_metric(values, heap.length)
            age.add_metric(values, heap.age(self.figures.at))
        yield from (length, age)


def _counted(name: str, what: str, label: str, counts: dict[str, int]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, what, labels=[label])
    for value, count in counts.items():
        gauge.add_metric([value], count)
    return gauge
