"""Which files begin a run that several processes share: a plugin.

A process takes the next file when it is done with one, so a long file that is begun late is waited
for by all others. Files keep their order otherwise, and so do the tests of a file.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("browser", "real", "operator", "charts", "api", "unit")
"""Folders of tests, that of the longest files first."""

LONG = (
    "real/test_kubeconfig_attacks.py",
    "browser/test_every_page.py",
    "real/test_handover.py",
    "api/test_openapi.py",
    "unit/test_telemetry_writer.py",
    "real/test_hub_tells_no_tales.py",
    "real/test_managed_clusters.py",
    "real/test_heartbeat_answers.py",
    "real/test_leader.py",
    "real/test_heartbeats.py",
    "real/test_registration_is_careful.py",
    "real/test_scaling_is_recorded.py",
    "unit/test_cli_check_and_simulate.py",
    "real/test_collection.py",
    "unit/test_forms_survive_any_yaml.py",
    "unit/test_cli_start.py",
    "unit/test_demo_traffic_arrives.py",
    "unit/test_definitions_agree.py",
    "unit/test_metrics_providers_agree.py",
)
"""Files that take more than a quarter of a minute of a core that is theirs, the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files where this is one of several processes."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(item.path))


def _place(path: Path) -> tuple[int, int]:
    name = str(path.relative_to(ROOT / "tests"))
    folder = name.partition("/")[0]
    return (
        LONG.index(name) if name in LONG else len(LONG),
        FOLDERS.index(folder) if folder in FOLDERS else 0,
    )
