"""Requests as people paste them: a curl command line."""

import shlex
from typing import Any

from services.errors import Invalid
from services.gatewayapi.matching.request import Request, parse

_WITH_VALUE = {
    "-X": "method",
    "--request": "method",
    "-H": "header",
    "--header": "header",
    "--url": "url",
    "-A": "agent",
    "--user-agent": "agent",
    "-e": "referer",
    "--referer": "referer",
    "-b": "cookie",
    "--cookie": "cookie",
    "-u": "user",
    "--user": "user",
    "--resolve": "resolve",
    "--connect-to": "connect-to",
    **dict.fromkeys(
        ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode"), "data"
    ),
    **dict.fromkeys(("--json",), "json"),
    **dict.fromkeys(("-F", "--form", "-T", "--upload-file"), "form"),
}
_IGNORED_WITH_VALUE = frozenset(
    {
        "-o", "--output", "-m", "--max-time", "--connect-timeout", "--cacert", "--cert", "--key",
        "-w", "--write-out", "-x", "--proxy", "--retry", "-c", "--cookie-jar", "-E", "--interface",
        "--ciphers", "--tls-max", "-D", "--dump-header", "-K", "--config", "-z", "-r", "--range",
    }
)  # fmt: skip
_BODIES = {"data": "application/x-www-form-urlencoded", "json": "application/json"}
_HEADERS = {"agent": "User-Agent", "referer": "Referer", "cookie": "Cookie"}


def from_curl(command: str) -> Request:
    """The request that a curl command would send; what only changes how curl shows the answer is
    not looked at. The server name is that of the URL, also where a header names another Host.

    Raises:
        Invalid: it is no curl command, or names no URL.
    """
    try:
        words = shlex.split(command.replace("\\\n", " ").strip())
    except ValueError as error:
        raise Invalid.of("curl", f"cannot be read: {error}") from error
    if not words or words[0].rpartition("/")[2] != "curl":
        raise Invalid.of("curl", "must begin with curl")
    found = _Words(words[1:])
    if not found.url:
        raise Invalid.of("curl", "must name a URL")
    return parse(found.document())


class _Words:
    """The words of a command, taken for what they ask."""

    def __init__(self, words: list[str]) -> None:
        self.url = ""
        self.method = ""
        self.headers: list[list[str]] = []
        self.data: list[str] = []
        self.flags: set[str] = set()
        rest = iter(words)
        for word in rest:
            name, value = self._option(word)
            if name in _IGNORED_WITH_VALUE:
                if value is None:
                    next(rest, None)
            elif name in _WITH_VALUE:
                self._take(_WITH_VALUE[name], next(rest, "") if value is None else value)
            elif not name:
                self.url = self.url or word
            elif name.startswith("--"):
                self.flags.add(name)
            else:
                self.flags.update(f"-{letter}" for letter in name[1:])

    @staticmethod
    def _option(word: str) -> tuple[str, str | None]:
        """An option's name, with its value where one word has both; "" for what is none."""
        if word.startswith("--"):
            name, mark, value = word.partition("=")
            return name, value if mark else None
        if not word.startswith("-") or word == "-":
            return "", None
        if word[:2] in _WITH_VALUE or word[:2] in _IGNORED_WITH_VALUE:
            return word[:2], word[2:] or None
        return word, None

    def _take(self, what: str, value: str) -> None:
        match what:
            case "url":
                self.url = self.url or value
            case "method":
                self.method = value
            case "header":
                name, mark, text = value.partition(":")
                if mark and text.strip():
                    self.headers.append([name.strip(), text.strip()])
            case "agent" | "referer" | "cookie":
                self.headers.append([_HEADERS[what], value])
            case "user":
                self.headers.append(["Authorization", "Basic (not shown)"])
            case "data" | "json" | "form":
                self.flags.add(what)
                self.data.append(value)

    def document(self) -> dict[str, Any]:
        """The request in its JSON form."""
        url = self.url if "://" in self.url else f"http://{self.url}"
        scheme, _, rest = url.partition("://")
        authority, slash, path = rest.partition("/")
        place, mark, query = authority.partition("?")
        path = slash + path if slash else "/"
        target = f"/?{query}" if mark else path
        place = place.rpartition("@")[2]
        host, port = _split(place)
        method = self.method
        if "-G" in self.flags or "--get" in self.flags:
            target += ("&" if "?" in target else "?") + "&".join(self.data) if self.data else ""
        elif not method and self.flags & {"data", "json", "form"}:
            method = "POST"
        if not method and self.flags & {"-I", "--head"}:
            method = "HEAD"
        names = {name.lower() for name, _ in self.headers}
        headers = list(self.headers)
        for flag, kind in _BODIES.items():
            if flag in self.flags and "content-type" not in names and "-G" not in self.flags:
                headers.append(["Content-Type", kind])
        document: dict[str, Any] = {
            "method": method or "GET",
            "scheme": scheme,
            "port": port or {"https": 443, "wss": 443}.get(scheme.lower(), 80),
            "path": target,
            "headers": [one for one in headers if one[0].lower() != "host"],
            "host": next((value for name, value in headers if name.lower() == "host"), place),
        }
        if scheme.lower() in ("https", "wss") and host and not host.replace(".", "").isdigit():
            document["sni"] = host
        return document


def _split(place: str) -> tuple[str, int | None]:
    if place.startswith("["):
        end = place.find("]")
        return place[: end + 1], _number(place[end + 1 :].removeprefix(":"))
    host, _, port = place.partition(":")
    return host, _number(port)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and 0 < int(text) < 65536 else None
