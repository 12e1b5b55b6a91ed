"""A web server on a free loopback port for tests, with a thread per request.

Its own request lines are off: the product's are masked by the product (``services/logs.py``), and
these would hold what those hide, such as the code of a sign-in link.
"""

import socket
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_request(self, *args: Any) -> None:
        """Say nothing of a request that was answered; errors are still logged."""


def loopback(app: Any, port: int = 0) -> BaseWSGIServer:
    """A server for a WSGI application, bound but not yet serving; ``port`` 0 is any free one."""
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)


def free_port() -> int:
    """A port of loopback that nobody listens on, for what must know it before it is served."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
