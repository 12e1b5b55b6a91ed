"""Builds every service once; api, callbacks and commands get the result handed in.

``build`` opens the config database and decides which clusters there are, ``start`` begins the work
in threads. Both run in the serving process: nothing here survives a fork.
"""

from dataclasses import dataclass, field

from services.auth.oidc import Oidc
from services.auth.session_key import session_key
from services.auth.signin import SignInCodes
from services.auth.tokens import TokenStore
from services.certificates.certificates import Certificates
from services.certificates.storing import Storing
from services.clusters.colours import Colours
from services.clusters.fleet import Fleet
from services.clusters.gpus import GpuReadings
from services.clusters.heartbeats import Heartbeats
from services.clusters.install import Install
from services.clusters.jobs import Jobs
from services.clusters.prometheus import Prometheus
from services.clusters.registration import Registration
from services.clusters.registry import Registry
from services.configdb.audit import AuditLog
from services.configdb.database import Database
from services.configdb.opening import opened
from services.configdb.saved_requests import SavedRequests
from services.configdb.stored_settings import StoredSettings
from services.configdb.views import SavedViews
from services.diagnostics.reruns import Reruns
from services.diagnostics.route_checks import RouteChecks
from services.diagnostics.simulation import Simulations
from services.diagnostics.trace import Traces
from services.gatewayapi.attribution import Attribution
from services.gatewayapi.bundles import Bundles
from services.gatewayapi.drafting import Drafting
from services.gatewayapi.history import History
from services.gatewayapi.impact import Impacts
from services.gatewayapi.judging import Judging
from services.gatewayapi.models import Models
from services.gatewayapi.policies.service import Policies
from services.gatewayapi.resources import Resources
from services.gatewayapi.topology.topologies import Topologies
from services.inference import live
from services.inference.benchmark import Benchmarks
from services.inference.decision_store import Decisions
from services.inference.opening import Inference
from services.inference.provider import MetricsProvider
from services.inference.reach import Reach
from services.inference.recorded_load import RecordedLoads
from services.inference.scaling import Scaling
from services.inference.stacks import Stacks
from services.inference.what_if import WhatIfs
from services.kube.changes import Changes
from services.kube.schemas import Schemas
from services.previews import Previews
from services.prometheus.sources import Sources
from services.realtime import fleet_changes
from services.realtime.hub import Hub
from services.realtime.subscription import Seats
from services.realtime.topics import Topics
from services.searching import Search
from services.settings import Settings
from services.telemetry import opening as telemetry_opening
from services.telemetry.access import AccessLogs
from services.telemetry.export import Exports
from services.telemetry.intake import Intake
from services.telemetry.opening import Telemetry
from services.telemetry.store import Store
from services.traffic.choosing import Traffic
from services.version import VERSION


@dataclass(frozen=True)
class Container:
    """What the console knows and does, wired together."""

    settings: Settings
    db: Database
    audit: AuditLog
    tokens: TokenStore
    signin: SignInCodes
    oidc: Oidc | None
    fleet: Fleet
    changes: Changes
    resources: Resources
    search: Search
    drafting: Drafting
    judging: Judging
    models: Models
    history: History
    impacts: Impacts
    previews: Previews
    bundles: Bundles
    stacks: Stacks
    policies: Policies
    schemas: Schemas
    topologies: Topologies
    certificates: Certificates
    storing: Storing
    simulations: Simulations
    reruns: Reruns
    traces: Traces
    route_checks: RouteChecks
    views: SavedViews
    hub: Hub
    topics: Topics
    scaling: Scaling
    what_if: WhatIfs
    registry: Registry | None
    registration: Registration | None
    heartbeats: Heartbeats | None
    gpus: GpuReadings
    jobs: Jobs | None
    telemetry: Telemetry
    exports: Exports
    prometheus: Sources
    traffic: Traffic
    benchmarks: Benchmarks
    inference: Inference
    secret_key: str = field(repr=False)
    version: str = VERSION

    @classmethod
    def build(cls, settings: Settings, fleet: Fleet, store: Store | None = None) -> "Container":
        """Wire the services around ``fleet``; the config database is upgraded first.

        Telemetry goes to ``store``, by default to the one that the settings name. Raises
        BadSettings.
        """
        db = opened(settings)
        audit = AuditLog(db)
        stored = StoredSettings(db)
        fleet.colours = Colours(lambda change: stored.update("cluster colours", change, {}))
        hub = Hub(Seats.of(settings.threads))
        fleet.subscribe(
            lambda cluster, kind, version: hub.publish(
                "changes", {"cluster": cluster, "kind": kind, "version": version}
            )
        )
        registry = fleet.source if isinstance(fleet.source, Registry) else None
        install = Install(
            settings.public_url,
            settings.otel_url,
            settings.otel_auth,
            settings.agent_chart,
            settings.own_url,
        )
        heartbeats = Heartbeats(fleet, registry, settings.otel_url) if registry else None
        models = Models()
        history = History(fleet, models)
        telemetry = telemetry_opening.opened(settings, store, Attribution(history))
        shared = Prometheus.from_url(settings.prometheus_url) if settings.prometheus_url else None
        prometheus = Sources(fleet, registry, shared, settings.prometheus_cluster_label)
        policies = Policies(fleet, models.of)
        simulations = Simulations(fleet, models, policies)
        jobs = Jobs(fleet, registry, heartbeats) if registry and heartbeats else None
        certificates = Certificates(fleet, models)
        resources = Resources(fleet, models)
        changes = Changes(fleet, audit)
        impacts = Impacts(fleet, models, SavedRequests(db))
        gpus = GpuReadings()

        def leads() -> bool:
            return jobs is None or jobs.leadership.leads

        scaling = Scaling.of(fleet, telemetry.store, leads)
        inference = Inference.of(settings, fleet, telemetry.store, leads)
        loads = RecordedLoads(
            telemetry.store, inference.membership, scaling.history, inference.metrics
        )
        topics = (
            *live.topics(telemetry.store, fleet, inference.membership),
            scaling.recorder.topic(),
            fleet_changes.topic(fleet),
        )
        return cls(
            settings=settings,
            db=db,
            audit=audit,
            tokens=TokenStore(db),
            signin=SignInCodes(db, f"{settings.command} signin"),
            oidc=Oidc(settings) if settings.auth == "oidc" else None,
            fleet=fleet,
            changes=changes,
            resources=resources,
            search=Search(fleet, resources.entries, certificates),
            drafting=Drafting(fleet, models),
            judging=Judging(fleet, models),
            models=models,
            history=history,
            impacts=impacts,
            previews=Previews(fleet, changes, impacts, models),
            bundles=Bundles(fleet, resources, changes),
            stacks=Stacks(fleet, resources, changes, gpus),
            policies=policies,
            schemas=Schemas(fleet),
            topologies=Topologies(fleet, models),
            certificates=certificates,
            storing=Storing(changes, certificates),
            simulations=simulations,
            reruns=Reruns(SavedRequests(db), simulations),
            traces=Traces(fleet, simulations, telemetry.store),
            route_checks=RouteChecks(fleet, models, telemetry.store),
            views=SavedViews(db),
            hub=hub,
            topics=Topics(topics, hub.seats),
            scaling=scaling,
            what_if=WhatIfs(loads, inference.metrics),
            registry=registry,
            registration=Registration(fleet, registry, audit, install) if registry else None,
            heartbeats=heartbeats,
            gpus=gpus,
            jobs=jobs,
            telemetry=telemetry,
            exports=Exports(telemetry.store, fleet, demo=settings.demo),
            prometheus=prometheus,
            traffic=Traffic(fleet, AccessLogs(telemetry.store), prometheus),
            benchmarks=Benchmarks(fleet, audit, inference.metrics.list_pools, Reach.of(settings)),
            inference=inference,
            secret_key=session_key(settings),
        )

    @property
    def store(self) -> Store:
        """Telemetry that was taken in."""
        return self.telemetry.store

    @property
    def intake(self) -> Intake:
        """Where telemetry is taken in."""
        return self.telemetry.intake

    @property
    def metrics(self) -> MetricsProvider:
        """Where numbers of inference come from."""
        return self.inference.metrics

    @property
    def decisions(self) -> Decisions:
        """What endpoint pickers decided."""
        return Decisions(self.store, self.fleet)

    def start(self) -> None:
        """Begin watching the clusters, and what is done beside; returns at once."""
        self.telemetry.start()
        self.history.start()
        for feed in self.fleet.feeds:
            feed.start(self.intake, self.store)
        self.resources.start()
        self.fleet.start()
        self.scaling.start()
        self.inference.start()
        if self.jobs:
            self.jobs.start()

    def stop(self) -> None:
        """Close sockets, end jobs and watches, close the database, in this order."""
        self.hub.close()
        self.benchmarks.stop()
        self.topics.close()
        if self.jobs:
            self.jobs.stop()
        self.inference.stop()
        self.scaling.stop()
        self.resources.stop()
        self.history.stop()
        self.fleet.stop()
        self.prometheus.close()
        self.telemetry.stop()
        self.db.close()
