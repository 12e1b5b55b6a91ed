"""How the store's statements are spelled for the engine they run on: names, engines, retention."""

import re
from dataclasses import dataclass
from string import Template

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")

_POINT = "cityHash64(MetricName, toString(Attributes), toString(ResourceAttributes), TimeUnix)"
_SHARDS = {
    "otel_logs": "cityHash64(Timestamp, TraceId, SpanId, Body, toString(LogAttributes))",
    "otel_traces": "cityHash64(TraceId, SpanId)",
    **{
        f"otel_metrics_{kind}": _POINT
        for kind in ("gauge", "sum", "histogram", "exp_histogram", "summary")
    },
    "ngf_inference_pools": "cityHash64(cluster_name, namespace, name)",
    "ngf_scaling_events": "cityHash64(cluster_name, namespace, event_id)",
}
"""What decides on which server a row is kept: its own values. A batch that is inserted again is
split as it was the first time, so that no server takes a row twice; and a row that replaces another
comes to where that one is."""


@dataclass(frozen=True)
class Retention:
    """Days that are kept: of access logs and spans, of inference requests and decisions, of
    readings, of minutes, of hours."""

    access_days: int = 7
    inference_days: int = 14
    readings_days: int = 7
    minute_days: int = 90
    hour_days: int = 365

    @property
    def longest(self) -> int:
        """Days after which nothing is left."""
        return int(max(vars(self).values()))


@dataclass(frozen=True)
class Layout:
    """``cluster`` names a cluster of ClickHouse servers: tables are then replicated, statements run
    on all of its servers, and reads and writes go through distributed tables."""

    database: str = "ngf"
    cluster: str = ""
    retention: Retention = Retention()

    def rendered(self, sql: str, *, text_index: bool) -> list[str]:
        """The statements of a migration. ``text_index``: the engine has full-text indexes."""
        values = {
            "db": self.database,
            "on_cluster": f"ON CLUSTER '{self.cluster}'" if self.cluster else "",
            "merge_tree": self._engine("MergeTree", ""),
            "aggregating_merge_tree": self._engine("AggregatingMergeTree", ""),
            "token_index": "text(tokenizer = splitByNonAlpha)"
            if text_index
            else "tokenbf_v1(8192, 3, 0) GRANULARITY 1",
            "inserts": self._inserts,
            **{name: str(days) for name, days in vars(self.retention).items()},
        }
        sql = re.sub(
            r"\$replacing_merge_tree\((.*?)\)", lambda found: self._replacing(found[1]), sql
        )
        text = Template(sql).substitute(values)
        return [statement for part in _statements(text) if (statement := part.strip())]

    def table(self, name: str) -> str:
        """What to read and write ``name`` by."""
        return f"{self.database}.{name}_d" if self.cluster else f"{self.database}.{name}"

    def dropped(self) -> str:
        """The statement that removes the database with all that is in it."""
        on_cluster = f" ON CLUSTER '{self.cluster}'" if self.cluster else ""
        return f"DROP DATABASE IF EXISTS {self.database}{on_cluster} SYNC"

    def distributed(self, name: str) -> str:
        """The statement that makes ``name`` readable across the servers of the cluster."""
        shard_by = _SHARDS.get(name, "cityHash64(cluster_name, timestamp)")
        if name.endswith(("_1m", "_1h")):
            shard_by = "cityHash64(cluster_name, window_start)"
        return (
            f"CREATE TABLE IF NOT EXISTS {self.database}.{name}_d ON CLUSTER '{self.cluster}' "
            f"AS {self.database}.{name} "
            f"ENGINE = Distributed('{self.cluster}', '{self.database}', '{name}', {shard_by})"
        )

    def widened(self, name: str, addition: str) -> str:
        """The statement that gives the distributed table of ``name`` a column (``ADD COLUMN …``)
        that its own got."""
        return f"ALTER TABLE {self.database}.{name}_d ON CLUSTER '{self.cluster}' {addition}"

    @property
    def _inserts(self) -> str:
        """What was inserted lately is known, so that it counts once, and what is answered is on
        disk: whoever sent it lets go of it then."""
        kind = "replicated" if self.cluster else "non_replicated"
        return (
            f"{kind}_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1"
        )

    def _replacing(self, arguments: str) -> str:
        return self._engine("ReplacingMergeTree", arguments)

    def _engine(self, kind: str, arguments: str) -> str:
        if not self.cluster:
            return f"{kind}({arguments})"
        rest = f", {arguments}" if arguments else ""
        path = "/clickhouse/tables/{uuid}/{shard}"
        return f"Replicated{kind}('{path}', '{{replica}}'{rest})"


def _statements(text: str) -> list[str]:
    without_comments = re.sub(r"^--.*$", "", text, flags=re.MULTILINE)
    return re.split(r";\s*(?:\n|$)", without_comments)
