"""A scrape as a collector passes it on: Prometheus' text, with the labels that relabelling adds.

Counters and histograms are cumulative since ``started``; a histogram's buckets are counted each for
itself, as OTLP has them.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality
from prometheus_client.parser import text_string_to_metric_families

from services.telemetry.otlp.metrics import rows
from services.telemetry.store import Store

CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE


def otlp(text: str, labels: Mapping[str, str], started: datetime, at: datetime) -> bytes:
    """One scrape as an OTLP message. ``labels`` are added where the text has none of the name."""
    message = ExportMetricsServiceRequest()
    metrics = message.resource_metrics.add().scope_metrics.add().metrics
    for family in text_string_to_metric_families(text):
        if family.type == "histogram":
            metric = metrics.add(name=family.name)
            metric.histogram.aggregation_temporality = CUMULATIVE
            for own, samples in _by_labels(family.samples):
                _histogram(metric.histogram.data_points.add(), samples)
                _stamp(metric.histogram.data_points[-1], {**labels, **own}, started, at)
            continue
        for name in dict.fromkeys(sample.name for sample in family.samples):
            metric = metrics.add(name=name)
            counter = family.type == "counter"
            data = metric.sum if counter else metric.gauge
            if counter:
                metric.sum.is_monotonic = True
                metric.sum.aggregation_temporality = CUMULATIVE
            for sample in family.samples:
                if sample.name == name:
                    point = data.data_points.add(as_double=sample.value)
                    _stamp(point, {**labels, **sample.labels}, started, at)
    return message.SerializeToString()


def _by_labels(samples: Iterable[Any]) -> Iterable[tuple[dict[str, str], list[Any]]]:
    found = defaultdict(list)
    for sample in samples:
        own = {key: value for key, value in sample.labels.items() if key != "le"}
        found[tuple(sorted(own.items()))].append(sample)
    return [(dict(own), together) for own, together in found.items()]


def _histogram(point: Any, samples: Iterable[Any]) -> None:
    below = 0
    for sample in samples:
        if sample.name.endswith("_bucket"):
            if sample.labels["le"] != "+Inf":
                point.explicit_bounds.append(float(sample.labels["le"]))
            point.bucket_counts.append(int(sample.value) - below)
            below = int(sample.value)
        elif sample.name.endswith("_sum"):
            point.sum = sample.value
        elif sample.name.endswith("_count"):
            point.count = int(sample.value)


def _stamp(point: Any, labels: Mapping[str, str], started: datetime, at: datetime) -> None:
    point.start_time_unix_nano = int(started.timestamp() * 1000) * 1_000_000
    point.time_unix_nano = int(at.timestamp() * 1000) * 1_000_000
    for key, value in labels.items():
        point.attributes.append(KeyValue(key=key, value=AnyValue(string_value=value)))


def put(store: Store, cluster: str, body: bytes) -> None:
    """What the intake would write of a message, written at once."""
    message = ExportMetricsServiceRequest.FromString(body)
    tables: dict[str, list[bytes]] = {}
    for table, row in rows(message, cluster):
        tables.setdefault(table, []).append(orjson.dumps(row))
    for table, lines in tables.items():
        store.insert(table, b"\n".join(lines), uuid.uuid4().hex)


def changed(text: str, **more: float) -> str:
    """The text with something added to each sample of a name, or of a name and labels."""
    for sample, amount in more.items():
        found = re.findall(rf"^{sample}(?:{{.*}})? (\S+)$", text, flags=re.MULTILINE)
        assert found, sample
        text = re.sub(
            rf"^({sample}(?:{{.*}})?) (\S+)$",
            lambda one: f"{one[1]} {float(one[2]) + amount}",  # noqa: B023
            text,
            flags=re.MULTILINE,
        )
    return text
