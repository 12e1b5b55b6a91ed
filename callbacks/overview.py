"""The overview: what there is in one answer, pushed when it changes; requests in two others, asked
for the range of the page."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import attention, gpu_words, pool_words, red_words
from callbacks.asking import panels, question, window_of
from callbacks.cluster_words import look, ngf_words, place
from callbacks.registrar import Callbacks
from components import ids, overview
from components.figures import amounts
from components.kinds import AUDITED, subject
from components.panels import tile, values
from components.times import seen
from services.auth.identity import Identity
from services.clusters.fleet import ClusterInfo
from services.configdb.audit import AuditRecord
from services.container import Container
from services.errors import ConsoleError
from services.inference.provider import Asked
from services.inference.results import MetricsSummary
from services.kube.catalogue import KINDS
from services.telemetry.access import SOURCE, AccessLogs
from services.telemetry.windows import Window

ATTENTION = 6
CLUSTERS = 12
CHANGES = 5
CLUSTER_VALUES = (
    "name",
    "region",
    "environment",
    "connected",
    "status",
    "reason",
    "ngf",
    "gateways",
    "httproutes",
    "problems",
    "last_seen",
)
"""What of the row of a cluster is a value."""
OUTCOMES = {"done": "ok", "denied": "err", "failed": "err"}
VERBS = {
    "create": "created",
    "update": "changed",
    "delete": "deleted",
    "rotate": "replaced",
    "revoke": "revoked",
}
Words = list[tuple[str, str]]


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(
        Output(overview.DATA, "data"),
        Input(overview.TICK, "data"),
        Input(ids.VIEW, "data"),
    )
    def answer(_tick: int, view: dict[str, Any] | None) -> dict[str, Any]:
        chosen = frozenset((view or {}).get("cluster") or ())
        namespace = str((view or {}).get("namespace") or "")
        return page(container, callbacks.who(), chosen, namespace)

    @callbacks.on(Output(overview.CHARTS, "data"), Input(overview.ASKED, "data"))
    def charts(asked: dict[str, Any]) -> dict[str, Any]:
        return requests(container, callbacks.who(), asked)

    @callbacks.on(Output(overview.FIGURES, "data"), Input(overview.ASKED, "data"))
    def figures(asked: dict[str, Any]) -> dict[str, Any]:
        scope, window = question(container, callbacks.who(), asked), window_of(asked)
        found = red_words.key_figures(AccessLogs(container.store), scope, window)
        return {"tiles": {f"overview-{key}": found[key] for key, _, _ in overview.RED_TILES}}

    @callbacks.on(Output(overview.TOKENS, "data"), Input(overview.ASKED, "data"))
    def tokens(asked: dict[str, Any]) -> dict[str, Any]:
        scope, window = question(container, callbacks.who(), asked), window_of(asked)
        told = generated(container, Asked(scope.clusters, scope.namespaces), window)
        return {"tiles": {"overview-tokens": told}}

    callbacks.clientside(ClientsideFunction("ngfOverview", "draw"), Input(overview.DATA, "data"))
    callbacks.clientside(ClientsideFunction("ngfOverview", "red"), Input(overview.CHARTS, "data"))
    for store in (overview.FIGURES, overview.TOKENS):
        callbacks.clientside(ClientsideFunction("ngfPanels", "draw"), Input(store, "data"))


def generated(container: Container, of: Asked, window: Window) -> dict[str, Any]:
    """The tile of the tokens that models generate, with how long the first one takes."""
    try:
        found = container.metrics.summary(of, window)
        series = container.metrics.tps_throughput(of, window, points=red_words.SPARK)
    except ConsoleError as error:
        return tile(None, note=[(error.message, "")], source="engines")
    one = found.value or MetricsSummary()
    if one.avg_tps is None:
        return tile(None, note=[(found.reason or one.reasons.get("avg_tps", ""), "")])
    ttft = "" if one.p95_ttft_ms is None else " ".join(amounts.duration(one.p95_ttft_ms))
    return tile(
        amounts.short(one.avg_tps),
        "/s",
        note=[(f"TTFT p95 {ttft}", "")] if ttft else [],
        source=pool_words.brief(one.sources["avg_tps"]),
        as_of=one.as_of,
        spark=[point.value for point in series.value.points] if series.value else (),
        exact=("avg_tps", one.avg_tps),
    )


def requests(container: Container, who: Identity, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The two charts, and of each cluster what its row says of requests."""
    scope, window = question(container, who, asked), window_of(asked)
    access = AccessLogs(container.store)
    labels = {info.name: info.display_name for info in container.fleet.list(who)}
    rows: dict[str, Any] = {}

    def made() -> dict[str, dict[str, Any]]:
        for row in access.table(scope, window, "cluster").value or ():
            red = row.red
            rows[row.cluster] = {
                "per_second": red.per_second,
                "failure_share": red.failure_share,
                "p95": red.p95_ms,
            }
        by_cluster = access.series(scope, window, "cluster")
        return {
            "overview-rate": red_words.requests_by_cluster(
                by_cluster, container.fleet.slot, lambda name: labels.get(name, name)
            ),
            "overview-failed": red_words.failures(access.series(scope, window)),
        }

    told = panels(["overview-rate", "overview-failed"], window, SOURCE, made)
    return {"panels": told, "clusters": rows}


def page(
    container: Container,
    who: Identity,
    chosen: frozenset[str],
    namespace: str,
) -> dict[str, Any]:
    """Everything on the page, for the chosen clusters and namespace (all when empty)."""
    clusters = {
        info.name: info for info in container.fleet.list(who) if not chosen or info.name in chosen
    }
    summary = container.resources.summary(who, namespace)
    # Of a cluster that was never seen nothing is known, which is not the same as none.
    per_cluster = {
        name: summary.get(name, {}) if info.state.last_seen else {}
        for name, info in clusters.items()
    }
    certificates = [
        row
        for row in container.certificates.troubled(who)
        if row["cluster"] in clusters and namespace in ("", row["namespace"])
    ]
    found = [
        entry
        for entry in container.resources.problems(who)
        if entry["cluster"] in clusters and namespace in ("", entry["namespace"])
    ]
    lacking = container.resources.without_ngf(per_cluster)
    pools = [
        one
        for one in container.scaling.now.known(who)
        if one.cluster in clusters and namespace in ("", one.namespace)
    ]
    problems = attention.items(clusters, found, lacking, certificates, pools)
    rows = _rows(clusters, per_cluster)
    return {
        "tiles": {
            "gateways": _gateways_tile(per_cluster, clusters),
            "gpus": _gpus_tile(container, who, clusters),
        },
        "strip": _strip(list(clusters.values())),
        "clusters": rows,
        "values": {
            overview.CLUSTERS: values({name: one[name] for name in CLUSTER_VALUES} for one in rows)
        },
        "clusters_total": len(clusters),
        "attention": problems[:ATTENTION],
        "attention_total": len(problems),
        "calm": attention.calm(per_cluster.values()),
        "part": bool(chosen or namespace),
        "changes": [
            _change(record)
            for record in container.audit.list(
                who,
                verb=tuple(VERBS),
                cluster=tuple(chosen) or None,
                namespace=namespace or None,
                page_size=CHANGES,
            ).items
        ],
    }


def _unknown(clusters: Collection[Any]) -> dict[str, Any]:
    why = "no cluster has answered yet" if clusters else "no cluster here"
    return {"value": None, "unit": "", "note": [(why, "")]}


def _gateways_tile(
    per_cluster: dict[str, dict[str, Any]],
    clusters: dict[str, ClusterInfo],
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for name in clusters:
        known = per_cluster[name].get("gateways") or {}
        # What a silent cluster once said is neither fine nor broken now.
        counts.update(known if clusters[name].state.connected else {"stale": sum(known.values())})
    total = counts.total()
    if not any("gateways" in per_cluster[name] for name in clusters):
        return _unknown(clusters)
    broken = [
        (f"{counts['err']} not programmed", "bad") if counts["err"] else None,
        (f"{counts['warn']} partly", "warn") if counts["warn"] else None,
        (f"{counts['info']} pending", "") if counts["info"] else None,
        (f"{counts['deleting']} deleting", "") if counts["deleting"] else None,
        (f"{counts['not_ngf']} not NGF", "") if counts["not_ngf"] else None,
        (f"{counts['stale']} last seen", "") if counts["stale"] else None,
    ]
    note: Words = []
    for words in list(filter(None, broken))[:2]:
        note += [(", ", "")] if note else []
        note.append(words)
    return {
        "value": f"{counts['ok']:,}",
        "unit": f"of {total:,} programmed",
        "note": note or [("none in trouble", "") if total else ("none yet", "")],
    }


def _gpus_tile(container: Container, who: Identity, clusters: Collection[str]) -> dict[str, Any]:
    found = [
        gpu_words.gpus(container.gpus.of(one))
        for one, info in container.fleet.described(who)
        if info.name in clusters
    ]
    known = [one for one in found if one]
    return gpu_words.allocation(known, len(found) - len(known))


def _strip(clusters: list[ClusterInfo]) -> dict[str, Any] | None:
    gone = [info for info in clusters if info.state.unreachable]
    if not gone:
        return None
    verb = "is" if len(gone) == 1 else "are"
    told = " and ".join(
        f"{info.display_name} ({info.state.reason.rstrip('.')}, {seen(info.state.last_seen)})"
        for info in gone[:2]
    )
    if len(gone) > 2:
        told += f" and {len(gone) - 2} more"
    return {
        "lead": f"{len(clusters) - len(gone)} of {len(clusters)} clusters answered.",
        "text": f"{told} {verb} missing. What was last seen there is shown."
        if any(info.state.last_seen for info in gone)
        else f"{told} {verb} missing.",
        "names": [info.name for info in gone],
    }


def _rows(
    clusters: dict[str, ClusterInfo], per_cluster: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """All clusters by name; of many those in trouble first, and no more than fit."""
    shown = list(clusters.values())
    if len(shown) > CLUSTERS:
        shown.sort(key=lambda info: (attention.rank(info), info.name))
    return [_row(info, per_cluster[info.name]) for info in shown[:CLUSTERS]]


def _row(info: ClusterInfo, counts: dict[str, Any]) -> dict[str, Any]:
    state = info.state
    gateways, routes = counts.get("gateways"), counts.get("httproutes")
    known = [one for one in (gateways, routes) if one is not None]
    errors = sum(one.get("err", 0) for one in known)
    warnings = sum(one.get("warn", 0) for one in known)
    ngf = ngf_words(state)
    shown = look(info.standing)
    return {
        **place(info),
        "connected": state.connected,
        "status": shown.status,
        "word": shown.word,
        "reason": info.standing.title,
        "ngf": ngf,
        "gateways": None if gateways is None else sum(gateways.values()),
        "httproutes": None if routes is None else sum(routes.values()),
        "problems": errors + warnings if known else None,
        "worst": "err" if errors else "warn",
        "last_seen": state.last_seen.isoformat() if state.last_seen else None,
        "under": ", ".join(
            filter(None, (f"NGF {ngf}" if ngf else "", info.region, info.environment))
        ),
    }


def _change(record: AuditRecord) -> dict[str, Any]:
    kind = KINDS[record.kind].kind if record.kind in KINDS else record.kind
    fields = len(record.diff or ())
    about = {
        "done": f"done: {fields} field{'' if fields == 1 else 's'}" if fields else "done",
        "denied": f"denied: {(record.error or 'role or limits').rstrip('.')}",
        "failed": f"failed: {(record.error or 'no reason given').rstrip('.')}",
    }[record.outcome]
    where = AUDITED.get(record.kind) or (f"{kind} on {record.cluster}" if record.cluster else "")
    done = record.outcome == "done"
    return {
        "status": OUTCOMES[record.outcome],
        "actor": record.actor,
        "verb": VERBS.get(record.verb, record.verb) if done else record.verb,
        "object": subject(record.kind, record.namespace, record.name),
        "href": f"/audit?sel={record.id}",
        "time": record.time.isoformat(),
        "text": ", ".join(filter(None, (about, where, record.reason))),
    }
