"""Asks the console and returns DataFrames."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import requests
import requests.auth

from .errors import BrokenOff, Unavailable, error_of
from .frames import of_answer, of_table
from .schemas import Document

V1 = "/api/v1"
TIMEOUT_S = (5, 120)
"""Longest waits for a connection, and for what comes next of an answer."""
PAGE = 500
"""Items of a page of a list, as many as there may be."""

DEMO = "X-Export-Demo"
"""The header by which an answer says that it is the demo's."""

URL, TOKEN = "NGF_URL", "NGF_TOKEN"
"""The variables that are asked for what is not given."""

Range = str | tuple[datetime, datetime]
Clusters = str | Sequence[str] | None


class Console:
    """A console at ``url``, asked with an API token; by default those of the environment.

    ``verify`` is False or a file of certificates where the console's own is not known here.
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, *, verify: bool | str = True
    ) -> None:
        self.url = (url or os.environ.get(URL, "")).rstrip("/")
        if not self.url:
            raise ValueError(f"url must be given, here or in {URL}")
        given = token or os.environ.get(TOKEN, "")
        self._session = requests.Session()
        self._session.verify = verify
        self._session.auth = _Bearer(given)

    def __repr__(self) -> str:
        return f"Console({self.url!r})"

    def table(
        self,
        dataset: str,
        *,
        range: Range = "1h",
        cluster: Clusters = None,
        limit: int | None = None,
        **filters: Any,
    ) -> pd.DataFrame:
        """Rows of a dataset: access-logs, inference-logs, decisions, pod-metrics, metrics-1m,
        inference-metrics-1m or scaling-events.

        ``cluster`` is one or several, None all; ``limit`` takes the newest rows.
        """
        asked = {"range": _range(range), "cluster": _clusters(cluster), "limit": limit, **filters}
        path, asked["format"] = f"/export/{quote(dataset, safe='')}", "arrow"
        with self._asked("GET", path, asked, stream=True) as answer:
            table = _read(answer)
        made = of_table(table)
        if len(made) < made.attrs["rows"]:
            raise BrokenOff(f"{len(made)} of {made.attrs['rows']} rows came.")
        return made

    def get(
        self, path: str, *, cluster: str = "", rows: str = "", **parameters: Any
    ) -> pd.DataFrame:
        """The answer of a path below /api/v1, such as ``/metrics/by-route``, or of that path below
        ``cluster``. ``rows`` names the rows where an answer has several lists."""
        return self._frame("GET", _below(cluster) + path, parameters, rows)

    def ask(
        self, path: str, body: Mapping[str, Any], *, cluster: str = "", rows: str = ""
    ) -> pd.DataFrame:
        """The same for questions that are sent, such as ``/logs/query``."""
        return self._frame("POST", _below(cluster) + path, {}, rows, json=body)

    def listed(self, path: str, *, cluster: str = "", **parameters: Any) -> pd.DataFrame:
        """All pages of a list, such as ``/httproutes``."""
        below = _below(cluster) + path
        items: list[Any] = []
        page = 1
        while True:
            body, demo = self._json("GET", below, {**parameters, "page": page, "pageSize": PAGE})
            items += body["items"]
            if len(items) >= body["total"] or not body["items"]:
                return self._made("GET", below, {**body, "items": items}, demo)
            page += 1

    def clusters(self) -> pd.DataFrame:
        """The clusters of the fleet and how they stand."""
        return self.get("/clusters")

    def gateways(self, cluster: Clusters = None) -> pd.DataFrame:
        """Gateways, of the fleet or of clusters."""
        return self.listed("/global/gateways", **_given(cluster=_clusters(cluster)))

    def routes(self, cluster: Clusters = None) -> pd.DataFrame:
        """HTTP routes, of the fleet or of clusters."""
        return self.listed("/global/routes", **_given(cluster=_clusters(cluster)))

    def red(self, by: str = "route", *, range: Range = "1h", cluster: str = "") -> pd.DataFrame:
        """Rate, errors and duration of a cluster: by ``route`` or ``gateway``, ``over-time``, or as
        a whole, ``summary``."""
        if by in ("route", "gateway"):
            return self.listed(f"/metrics/by-{by}", cluster=cluster, range=_range(range))
        return self.get(f"/metrics/{by}", cluster=cluster, range=_range(range))

    def logs(
        self,
        *,
        range: Range = "1h",
        cluster: Clusters = None,
        limit: int | None = None,
        **filters: Any,
    ) -> pd.DataFrame:
        """Lines of access logs."""
        return self.table("access-logs", range=range, cluster=cluster, limit=limit, **filters)

    def decisions(
        self, *, range: Range = "1h", cluster: Clusters = None, **filters: Any
    ) -> pd.DataFrame:
        """Decisions of endpoint pickers."""
        return self.table("decisions", range=range, cluster=cluster, **filters)

    def scaling_events(
        self, *, range: Range = "24h", cluster: Clusters = None, **filters: Any
    ) -> pd.DataFrame:
        """Changes of size, and why there were none."""
        return self.table("scaling-events", range=range, cluster=cluster, **filters)

    def pools(self, *, range: Range = "1h", cluster: str = "") -> pd.DataFrame:
        """Inference pools of a cluster and what they did."""
        return self.get("/inference/metrics/by-pool", cluster=cluster, range=_range(range))

    def pool_series(
        self, pool: str, of: str, *, range: Range = "1h", cluster: str = "", namespace: str = ""
    ) -> pd.DataFrame:
        """A pool over time: ``ttft-percentiles``, ``tps-throughput``, ``queue-depth``,
        ``gpu-util`` or ``kv-cache``."""
        path = f"/inference/metrics/{of}/{quote(pool, safe='')}"
        asked = _given(range=_range(range), namespace=namespace)
        return self.get(path, cluster=cluster, **asked)

    @cached_property
    def _document(self) -> Document:
        """What the console says of its answers, asked for once."""
        return Document(self._json("GET", "/openapi.json", {})[0])

    def _frame(
        self, method: str, path: str, parameters: Mapping[str, Any], rows: str, **options: Any
    ) -> pd.DataFrame:
        body, demo = self._json(method, path, parameters, **options)
        return self._made(method, path, body, demo, rows)

    def _made(self, method: str, path: str, body: Any, demo: bool, rows: str = "") -> pd.DataFrame:
        made = of_answer(body, rows, self._document.columns(method, V1 + path, rows))
        made.attrs["demo"] = demo
        return made

    def _json(
        self, method: str, path: str, parameters: Mapping[str, Any], **options: Any
    ) -> tuple[Any, bool]:
        """The answer, and whether it is the demo's."""
        with self._asked(method, path, parameters, **options) as answer:
            try:
                return answer.json(), answer.headers.get(DEMO) == "true"
            except ValueError as error:
                raise Unavailable(f"{self.url} is not a console: {error}") from error

    def _asked(
        self, method: str, path: str, parameters: Mapping[str, Any], **options: Any
    ) -> requests.Response:
        """The answer. Raises Error."""
        try:
            answer = self._session.request(
                method,
                f"{self.url}{V1}{path}",
                params=_given(**parameters),
                timeout=TIMEOUT_S,
                allow_redirects=False,
                **options,
            )
        except requests.RequestException as error:
            raise Unavailable(f"{self.url} does not answer: {error}") from error
        if not 200 <= answer.status_code < 300:
            raise error_of(answer)
        return answer


class _Bearer(requests.auth.AuthBase):
    """As a header alone, the token would lose to what ~/.netrc has for the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _read(answer: requests.Response) -> pa.Table:
    try:
        answer.raw.decode_content = True
        return pa.ipc.open_stream(answer.raw).read_all()
    except Exception as error:  # of urllib3, of pyarrow, of the system: it broke off all the same
        raise BrokenOff(f"The answer broke off: {error}") from error


def _range(asked: Range) -> str:
    if isinstance(asked, str):
        return asked
    if any(end.tzinfo is None for end in asked):
        raise ValueError("range must be of times with a time zone")
    return "/".join(end.astimezone(UTC).isoformat() for end in asked)


def _below(cluster: str) -> str:
    return f"/clusters/{quote(cluster, safe='')}" if cluster else ""


def _clusters(asked: Clusters) -> str:
    if asked is None or isinstance(asked, str):
        return asked or ""
    if not asked:
        raise ValueError("cluster must name at least one, or be None for all")
    return ",".join(asked)


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value not in (None, "")}
