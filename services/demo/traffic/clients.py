"""Who calls: addresses of the documentation networks (RFC 5737), and with which programs."""

from random import Random

from services.demo.traffic.rhythm import Choice

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
)
PROGRAMS = ("python-httpx/0.28.1", "okhttp/5.1.0", "Go-http-client/2.0", "curl/8.15.0")
GRPC = ("grpc-go/1.76.0", "grpc-java-netty/1.75.0")
MODEL_CLIENTS = ("OpenAI/Python 2.3.0", "AsyncOpenAI/Python 2.3.0", "langchain/1.0.2")
SCANNER = "Mozilla/5.0 zgrab/0.x"
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
_EACH = 250


class Clients:
    """The callers of a cluster; some call far more often than others."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        addresses = [f"{net}.{host}" for net in _NETWORKS for host in range(2, _EACH + 2)]
        chance.shuffle(addresses)
        weights = (1 / (rank + 8) for rank in range(len(addresses)))
        self._choice = Choice(addresses, weights)

    def address(self) -> str:
        """One of them."""
        return self._choice.draw(self._chance)
