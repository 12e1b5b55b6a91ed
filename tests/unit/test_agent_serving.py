"""Promise: what kubelet asks of the agent is answered, also right after a restart."""

import urllib.request

from agent.serving import Page, Server


def test_a_restart_listens_again_at_once() -> None:
    first = Server("127.0.0.1", 0, {"/healthz": lambda: Page(200, b"ok\n")})
    port = first.port
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.read() == b"ok\n"
    first.shutdown()
    first.server_close()  # it closed the connection first, whose port lingers
    second = Server("127.0.0.1", port, {})
    second.shutdown()
    second.server_close()
