"""Metrics as text by `prometheus_client`, which only the extra `metrics` installs.

The text is OpenMetrics. All metrics are gauges, so it is valid in the Prometheus text format, too, which
node_exporter, Telegraf and the push gateway read: there `# EOF` is a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from emtui.cli.metric_families import Gauge


@dataclass(frozen=True, slots=True)
class _GaugeCollector(Collector):
    gauges: tuple[Gauge, ...]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each metric as the library's own type."""
        for gauge in self.gauges:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for values, number in gauge.samples:
                family.add_metric(values, number)
            yield family


def format_metrics(gauges: Iterable[Gauge]) -> str:
    """Return the text, which ends in `# EOF`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_GaugeCollector(tuple(gauges)))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()
