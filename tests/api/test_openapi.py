"""Promise: the OpenAPI document is the truth: no 5xx and no status it does not name."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.api.conftest import Console

CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)


@pytest.fixture
def document(console: Console) -> object:
    return schemathesis.openapi.from_dict(console.ask("GET", "/api/v1/openapi.json").json())


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_documented(case: schemathesis.Case, console: Console) -> None:
    case.call_and_validate(
        base_url=console.url,
        headers={"Authorization": f"Bearer {console.token()}"},
        checks=CHECKS,
    )


def test_the_page_to_read_it_is_complete_and_local(console: Console) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    page = console.ask("GET", "/api/v1/docs").text
    assert all(path in page for path in document["paths"])
    assert "http://" not in page
    assert "<script>" not in page
