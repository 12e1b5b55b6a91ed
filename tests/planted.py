"""No test of the suite may leave a secret in a log: a plugin that reads what every test logged.

Whatever looks like an API token, a private key or a value that tests planted (they all begin with
``planted-``) fails the run, with the test that logged it. A test that logs secrets on purpose, to
see them masked on the way out, says so with ``record_property("plants", "secrets")``.
"""

import re

import pytest

SECRET = re.compile(
    r"ngfc_[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43}|planted-[a-z0-9-]+|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|signin\?code=[A-Za-z0-9_-]{32}"
)


class Watch:
    """Collects the tests whose logs hold a secret."""

    def __init__(self) -> None:
        self.leaks: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read what one phase of one test wrote to a log or to standard error."""
        if ("plants", "secrets") in report.user_properties:
            return
        for title, text in report.sections:
            if ("log" in title or "stderr" in title) and SECRET.search(text):
                self.leaks.append(f"{report.nodeid} ({title})")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A leak fails a run that would have passed."""
        if self.leaks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the leaks."""
        if self.leaks:
            terminalreporter.section("secrets in logs", red=True)
            for leak in sorted(set(self.leaks)):
                terminalreporter.write_line(leak)


def pytest_configure(config: pytest.Config) -> None:
    """Watch the whole session."""
    config.pluginmanager.register(Watch(), "secrets-in-logs")
