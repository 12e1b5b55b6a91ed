"""The composition root: settings, services, REST, pages, subcommands, in this order.

``python app.py`` serves the console; ``python app.py token ...`` and the other subcommands run
without a server. ``./run`` is the same with the set-up in front.
"""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

sys.path.append(str(Path(__file__).parent / "operator"))
# The console shows beforehand what the operator would make, with the operator's own package, which
# its program finds beside itself.

from cli.options import joined, settings_parser
from services import logs
from services.settings import BadSettings, Settings, load
from services.version import VERSION

if TYPE_CHECKING:
    from dash import Dash

    from services.clusters.fleet import Fleet
    from services.container import Container

ROOT = Path(__file__).parent
COMMANDS = ("token", "audit", "signin", "check", "simulate")
"""Modules of ``cli``. What a command does not need is not imported: one starts in a second, the
whole console takes five."""


def create_app(container: "Container") -> "Dash":
    """The whole web application around built services; starts no thread.

    The warm-up runs Dash's own set-up here, because two concurrent first requests would race in
    it. The guard is installed after it and therefore sees every rule that exists.
    """
    from dash import Dash

    import api
    import callbacks
    from api import guard, security, static
    from api.openapi import make_server
    from components import shell

    cookie = security.session_cookie(container.settings)
    server = make_server("ngf-console", str(ROOT / "api"), container.version, cookie)
    server.secret_key = container.secret_key
    api.register(server, container)
    app = Dash(
        __name__,
        server=cast(Any, server),
        use_pages=True,
        pages_folder=str(ROOT / "pages"),
        assets_folder=str(ROOT / "components" / "assets"),
        assets_path_ignore=["^boot$", "^css$"],
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        update_title="",
        title="NGF Console",
        use_async=False,
    )
    shell.install(app, static.HEAD)
    callbacks.register(app, container, guard.current_identity)
    with server.test_request_context("/"):
        server.preprocess_request()
    guard.install(server, container)
    security.install(server, container, app.csp_hashes())
    return app


def main(argv: list[str]) -> int:
    """Parse, then serve or run a subcommand. Exit status 2 means the input cannot be used."""
    argv = joined(argv)
    options = settings_parser()
    parser = argparse.ArgumentParser(
        prog=options.prog,
        parents=[options],
        description="NGF Console: NGINX Gateway Fabric and GPU inference on many clusters.",
        epilog="Each option is also a variable (in brackets) and a key of the --config file.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ngf-console {VERSION}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    given, rest = options.parse_known_args(argv)
    for name in [rest[0]] if rest and rest[0] in COMMANDS else COMMANDS:
        import_module(f"cli.{name}").add_parser(subparsers)
    args = parser.parse_args(rest)
    values = vars(given)
    config = values.pop("config", None) or os.environ.get("NGF_CONSOLE_CONFIG")
    try:
        settings = load(values, Path(config) if config else None)
        logs.configure(settings.log_level)
        if args.command:
            status: int = import_module(f"cli.{args.command}").main(args, settings)
            return status
        return run(settings)
    except BadSettings as error:
        for problem in error.problems:
            print(f"ngf-console: {problem}", file=sys.stderr)
        return 2


def run(settings: Settings) -> int:
    """Serve; with no reachable cluster say what was tried and exit 2. Raises BadSettings.

    What the serving process will open is opened here once before, because there a failure is too
    late to be told in one line.
    """
    from cli import source
    from cli.serve import listen, serve
    from services.auth.session_key import session_key
    from services.configdb.opening import opened
    from services.inference.opening import prices_of
    from services.telemetry import opening as telemetry_opening

    with listen(settings) as listener:
        clusters = source.choose(settings)
        if clusters is None:
            return 2
        opened(settings).close()
        telemetry_opening.opened(settings).stop()
        prices_of(settings)
        session_key(settings)
        return serve(settings, listener, _builder(settings, clusters))


def _builder(
    settings: Settings, clusters: Callable[[], "Fleet"]
) -> Callable[[], tuple[Any, Callable[[], None]]]:
    from cli import signin
    from services.container import Container

    def build() -> tuple[Any, Callable[[], None]]:
        logs.configure(settings.log_level)  # again: gunicorn has set up its own
        container = Container.build(settings, clusters())
        app = create_app(container)
        container.start()
        signin.announce(container)
        return app.server, container.stop

    return build


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
