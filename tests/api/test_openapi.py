"""Promise: the OpenAPI document is the truth: no 5xx and no status it does not name."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.api.conftest import Console

ROOT = Path(__file__).parents[2]
CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)
EXAMPLES = 15
AGAIN = 4
"""For a path of a named cluster: the same view answers for the default one."""


@pytest.mark.timeout(480)  # it asks every endpoint many times
def test_answers_are_documented(console: Console) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    headers = {"Authorization": f"Bearer {console.token()}"}
    problems, asked = [], 0
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        plain = operation.path.replace("/clusters/{cluster}/", "/")
        twin = plain != operation.path and plain in document["paths"]

        @given(case=operation.as_strategy())
        @settings(
            max_examples=AGAIN if twin else EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        def check(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(base_url=console.url, headers=headers, checks=CHECKS)

        try:
            check()
        except (Exception, BaseExceptionGroup) as problem:
            problems.append(f"{operation.label}: {told(problem)}")
    assert asked > 20 * EXAMPLES
    assert not problems, "\n\n".join(problems)


def told(problem: BaseException) -> str:
    """What went wrong, each of it where it is a group."""
    if isinstance(problem, BaseExceptionGroup):
        return "; ".join(told(one) for one in problem.exceptions)
    return f"{type(problem).__name__}: {problem}"


def test_every_schema_is_of_one_model(console: Console) -> None:
    """Two models of one name would be one schema in the document, that of the later."""
    models = [
        model
        for name, module in sys.modules.items()
        if name.startswith("api.")
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == name
    ]
    names = Counter(model.__name__ for model in models)
    assert len(names) > 50
    assert not [name for name, count in names.items() if count > 1]


def test_every_method_of_a_path_is_documented(console: Console) -> None:
    paths = console.ask("GET", "/api/v1/openapi.json").json()["paths"]
    for path, method in (("/api/v1/clusters", "get"), ("/api/v1/clusters/{cluster}", "get")):
        assert method in paths[path]
    for rule in console.app.server.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"} if path in paths else ():
            assert method.lower() in paths[path], f"{method} {path}"


def test_the_page_about_rest_names_every_path(console: Console) -> None:
    page = re.sub(r"{[^}]*}", "{}", (ROOT / "docs/rest.md").read_text())
    for path in console.ask("GET", "/api/v1/openapi.json").json()["paths"]:
        below = path.removeprefix("/api/v1")
        own = re.sub(r"^/clusters/{cluster}(?=/)", "", below)
        named = {f"`{re.sub('{[^}]*}', '{}', one)}`" for one in (below, own)}
        assert any(one in page for one in named), path


def test_errors_are_shown_by_examples(console: Console) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    answers = document["paths"]["/api/v1/clusters"]["post"]["responses"]
    example = answers["422"]["content"]["application/json"]["example"]
    assert example["error"]["code"] == "kubeconfig_refused"
    assert "Retry-After" in answers["503"]["headers"]


def test_conditions_limits_and_headers_are_documented(console: Console) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    cookie = document["components"]["securitySchemes"]["session"]
    assert cookie["name"] == console.app.server.config["SESSION_COOKIE_NAME"]
    schemas = document["components"]["schemas"]
    assert {"resourceVersion", "dependents", "owner"} <= set(schemas["PlanAnswer"]["properties"])
    named = {"action", "resource", "name", "namespace", "cluster"}
    assert named <= set(schemas["Diff"]["properties"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not operation.get("security"):
                continue
            assert "Retry-After" in operation["responses"]["429"]["headers"]
            parameters = {one["name"] for one in operation.get("parameters", ())}
            answered = next(
                operation["responses"][code]
                for code in ("201", "202", "200")
                if code in operation["responses"]
            )
            headers = set(answered.get("headers") or ())
            if "304" in operation["responses"]:
                assert "If-None-Match" in parameters, path
                assert "ETag" in headers, path
            if method != "get" and "httproutes" in path and not path.endswith("/simulate"):
                assert "X-Audit-Id" in headers, path


def test_every_answer_with_an_etag_is_documented_so(console: Console) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    place = {"cluster": "web-fra", "namespace": "payments", "name": "checkout"}
    values = {**place, "request_id": "r-1", "pool": "llama3-70b", "dataset": "access-logs"}
    values["type"] = "ratelimit"
    checked = 0
    for path, methods in document["paths"].items():
        if "get" in methods and "{id}" not in path:
            answer = console.ask("GET", path.format(**values))
            if "ETag" in answer.headers:
                assert "304" in methods["get"]["responses"], path
                checked += 1
    assert checked > 8


def test_the_page_to_read_it_is_complete_and_local(console: Console) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    page = console.ask("GET", "/api/v1/docs").text
    assert all(path in page for path in document["paths"])
    assert "http://" not in page
    assert "<script>" not in page
