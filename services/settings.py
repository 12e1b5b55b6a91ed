"""Every option of the console, typed, in one place.

An option has three spellings that mean the same: ``--clusters-config`` on the command line,
``NGF_CONSOLE_CLUSTERS_CONFIG`` in the environment and ``clusters_config:`` in the YAML file that
``--config`` names. The command line wins over the environment, the environment over the file, the
file over the default. A bad value raises :class:`BadSettings`, which names the option, the value
and the rule; nothing has been started by then.
"""

import ipaddress
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from services import values, yaml_text
from services.logs import redacted

PREFIX = "NGF_CONSOLE_"


_OF_THE_DEMO = frozenset(
    {"demo_clusters", "demo_routes", "demo_fault", "demo_traffic", "demo_operator"}
)


def _default_data() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "ngf-console"


class Settings(BaseSettings):
    """The options. The ``description`` of a field is its line in ``--help`` and in the docs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True
    )

    demo: bool = Field(False, description="Run on the built-in demo fleet instead of real clusters")
    demo_clusters: int = Field(
        3, ge=3, le=500, description="Clusters of the demo fleet; those after the third are sites"
    )
    demo_routes: int = Field(20, ge=0, le=5000, description="HTTPRoutes of each site of the demo")
    demo_fault: values.Faults = Field(
        (),
        description="Clusters of the demo that are dead or slow, comma separated:"
        " web-007=dead,web-009=slow:10s",
    )
    port: int = Field(8050, ge=1, le=65535, description="Port to listen on")
    bind: values.Address = Field("127.0.0.1", description="Address to listen on")
    data: values.Folder = Field(
        default_factory=_default_data,
        description="Folder of everything the console keeps on this machine",
    )
    kubeconfig: values.File | None = Field(
        None, description="Kubeconfig of the one cluster to work with"
    )
    clusters_config: values.File | None = Field(
        None, description="YAML file that lists several clusters and their kubeconfigs"
    )
    multicluster: bool = Field(
        False, description="Take the clusters from ManagedCluster objects on the hub"
    )
    multicluster_namespace: str = Field(
        "ngf-system",
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="Namespace of the ManagedCluster objects and their Secrets",
    )
    multicluster_default: str = Field(
        "",
        description="Cluster that paths without a cluster mean;"
        " empty: the one that --clusters-config marks, else the hub's own, else the first",
    )
    allow_http_clusters: bool = Field(
        False, description="Accept kubeconfigs of clusters whose API is plain http"
    )
    demo_traffic: bool = Field(True, description="Traffic on the clusters of the demo fleet")
    demo_operator: bool = Field(
        True, description="An operator for each cluster of the demo fleet that has work for one"
    )
    clickhouse_url: values.ClickHouseUrl = Field(
        "",
        description="ClickHouse server, as https://user:password@host:8443;"
        " empty: the embedded store",
    )
    clickhouse_database: str = Field(
        "ngf", pattern=r"^[a-z_][a-z0-9_]{0,62}$", description="Database of the analytics store"
    )
    clickhouse_cluster: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]{0,63}$",
        description="Cluster of ClickHouse servers to make replicated tables on; empty: one server",
    )
    store_memory_mib: int = Field(
        2048, ge=256, description="Memory that the embedded store may take, in MiB"
    )
    spool_mib: int = Field(
        1024, ge=16, description="Telemetry that may wait on disk for the store, in MiB"
    )
    keep_access_days: int = Field(
        7, ge=1, le=3650, description="Days that access logs and spans are kept"
    )
    keep_inference_days: int = Field(
        14, ge=1, le=3650, description="Days that inference requests and picker decisions are kept"
    )
    keep_readings_days: int = Field(
        7, ge=1, le=3650, description="Days that readings of pods and devices are kept"
    )
    keep_minutes_days: int = Field(
        90, ge=1, le=3650, description="Days that sums by the minute are kept"
    )
    keep_hours_days: int = Field(
        365, ge=1, le=3650, description="Days that sums by the hour are kept"
    )
    prometheus_url: values.PrometheusUrl = Field(
        "", description="Prometheus of clusters that name none of their own; empty: none"
    )
    prometheus_cluster_label: str = Field(
        "cluster_name",
        pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$",
        description="Label that tells clusters apart in it, where there are several",
    )
    grafana_url: values.BaseUrl = Field(
        "", description="Grafana dashboard that charts link to, with their range and clusters"
    )
    metrics: Literal["mock", "clickhouse"] = Field(
        "clickhouse", description="Source of inference metrics; mock is for --demo only"
    )
    gpu_prices: values.File | None = Field(
        None, description="YAML file with the prices of a GPU-hour by type of GPU"
    )
    config_db: values.DatabaseUrl = Field(
        "",
        description="Config database: a SQLAlchemy URL of PostgreSQL, or the path of a SQLite file;"
        " empty: ngf-console.db in the data folder",
    )
    benchmark_hosts: values.Hosts = Field(
        (),
        description="Hosts that benchmarks may call, comma separated: names, *.suffix, addresses,"
        " networks; empty: any",
    )
    alert_webhooks: values.Listed = Field((), description="Notification targets, comma separated")
    auth: Literal["local", "token", "oidc"] = Field(
        "local", description="How people sign in; API tokens work with each of them"
    )
    oidc_issuer: values.BaseUrl = Field("", description="Issuer URL of the OpenID Connect provider")
    oidc_client_id: str = Field("", description="Client id of this console at the provider")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Client secret; set it by variable or file"
    )
    oidc_audience: str = Field("", description="Audience of bearer JWTs; empty: the client id")
    oidc_role_claim: str = Field("groups", description="Claim that carries the roles")
    oidc_role_mapping: values.Grants = Field(
        {},
        description='Claim value to role or to role with limits, as JSON: {"platform": "admin",'
        ' "shop": {"role": "operator", "clusters": ["web-fra"], "namespaces": ["shop"]}}',
    )
    public_url: values.BaseUrl = Field("", description="URL that people use, when behind a proxy")
    otel_url: values.BaseUrl = Field(
        "", description="URL at which agents reach the hub's OpenTelemetry intake"
    )
    otel_auth: Literal["bearer", "basic"] = Field(
        "bearer", description="How agents show their token there: a collector may want basic"
    )
    agent_chart: str = Field(
        "charts/ngf-console-agent",
        min_length=1,
        description="Helm chart that the command for installing an agent names",
    )
    cors_allowed_origins: values.Origins = Field(
        (), description="Origins that may call the REST API from a page, comma separated"
    )
    embed_origins: values.Origins = Field(
        (), description="Origins that may frame /embed pages, comma separated"
    )
    secret_key: values.Key | None = Field(
        None,
        description=f"Key that signs sessions, at least {values.KEY_LENGTH} characters;"
        " by default made once and kept in the data folder",
    )
    threads: int = Field(512, ge=8, le=4096, description="Threads: requests plus open sockets")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line to write"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings)

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.auth == "local" and not ipaddress.ip_address(self.bind).is_loopback:
            raise ValueError(
                f"bind={self.bind}: auth local listens on loopback only;"
                " choose --auth token or --auth oidc to be reachable from elsewhere"
            )
        if self.auth == "oidc" and not (self.oidc_issuer and self.oidc_client_id):
            raise ValueError("auth=oidc: needs --oidc-issuer and --oidc-client-id")
        if self.metrics == "mock" and not self.demo:
            raise ValueError("metrics=mock: invented numbers are for --demo only")
        if self.demo and (self.kubeconfig or self.clusters_config or self.multicluster):
            raise ValueError(
                "demo=true: demo data never mixes with live data;"
                " leave out --kubeconfig, --clusters-config and --multicluster"
            )
        for name in sorted(self.model_fields_set & _OF_THE_DEMO):
            if not self.demo:
                value = getattr(self, name)
                shown = ",".join(map(str, value)) if isinstance(value, tuple) else value
                raise ValueError(f"{name}={shown}: is for --demo only")
        return self

    @property
    def home(self) -> Path:
        """The data folder of this mode: what the demo writes stays apart from the real."""
        return self.data / "demo" if self.demo else self.data

    @property
    def database(self) -> str:
        """The config database: a SQLAlchemy URL, or the path of a SQLite file."""
        if "://" in self.config_db:
            return self.config_db
        path = self.config_db or self.home / "ngf-console.db"
        return os.path.abspath(os.path.expanduser(path))

    @property
    def command(self) -> str:
        """What a subcommand begins with that works on the data of this mode."""
        return "./run --demo" if self.demo else "./run"

    @property
    def own_url(self) -> str:
        """Where the console listens."""
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        return f"http://{host}:{self.port}"

    @property
    def url(self) -> str:
        """Where people reach the console."""
        return self.public_url or self.own_url


@dataclass(frozen=True)
class BadOption:
    """One refused option: its name on the command line, what was given, what would do."""

    option: str
    value: str
    rule: str

    def __str__(self) -> str:
        given = f"={self.value}" if self.value else ""
        return f"{self.option}{given}: {self.rule}"


class BadSettings(Exception):
    """The options cannot be used; ``problems`` says which and why."""

    def __init__(self, *problems: BadOption) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def flag(field: str) -> str:
    """``clusters_config`` to ``--clusters-config``."""
    return "--" + field.replace("_", "-")


def load(given: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Settings from the command line (``given``), the environment and the file ``config``.

    Raises BadSettings.
    """
    known = Settings.model_fields
    variables = {name for name, value in os.environ.items() if name.startswith(PREFIX) and value}
    unknown = [
        BadOption(name, _shown(name, os.environ[name]), _UNKNOWN)
        for name in sorted(variables - _FOREIGN_VARIABLES)
        if name.removeprefix(PREFIX).lower() not in known
    ]
    if unknown:
        raise BadSettings(*unknown)
    kept = {
        k: v for k, v in _read(config, known).items() if f"{PREFIX}{k.upper()}" not in variables
    }
    try:
        return Settings(**{**kept, **given})
    except ValidationError as error:
        raise BadSettings(*map(_problem, error.errors())) from error


_FOREIGN_VARIABLES = frozenset(
    {
        f"{PREFIX}CONFIG",
        f"{PREFIX}UPSTREAM_CRDS",
        f"{PREFIX}TEST_CLICKHOUSE_URL",
    }
)
"""Variables with our prefix that are no option: the file of options, and what only tests read."""


_UNKNOWN = "no such option; see --help for all"


def _read(config: Path | None, known: Collection[str]) -> dict[str, Any]:
    if config is None:
        return {}
    try:
        content = yaml_text.parse_own(Path(os.path.expanduser(config)).read_bytes()) or {}
    except OSError as error:
        rule = error.strerror or "unreadable"
        raise BadSettings(BadOption("--config", str(config), rule)) from error
    except ValueError as error:
        raise BadSettings(BadOption("--config", str(config), str(error))) from error
    if not isinstance(content, dict):
        raise BadSettings(BadOption("--config", str(config), "must hold a mapping of options"))
    names = {key: str(key).replace("-", "_") for key in content}
    problems = [
        BadOption("--config", str(config), f"{key}: {_UNKNOWN}")
        for key, name in names.items()
        if name not in known
    ]
    options = {name: content[key] for key, name in names.items()}
    if len(options) < len(content):
        problems.append(BadOption("--config", str(config), "an option stands there twice"))
    if problems:
        raise BadSettings(*problems)
    return options


def _problem(part: Any) -> BadOption:
    message = str(part["msg"]).removeprefix("Value error, ")
    if not part["loc"]:
        option, _, rule = message.partition(": ")
        name, _, value = option.partition("=")
        return BadOption(flag(name), value, rule)
    name = str(part["loc"][0])
    return BadOption(flag(name), _shown(name, part.get("input", "")), message)


def _shown(name: str, value: Any) -> str:
    """What may be printed of a value; the name of an option may be misspelt, too."""
    if name == "kubeconfig":  # a path, while logs know the word for the text of one
        return str(redacted(value))
    return str(redacted({name: value})[name])
