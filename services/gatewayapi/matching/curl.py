"""Requests as people paste them: a curl command line."""

import re
from collections.abc import Iterator
from typing import Any

from services.errors import Invalid
from services.gatewayapi.matching.request import Request, parse

_MEANT = {
    "-X": "method",
    "--request": "method",
    "-H": "header",
    "--header": "header",
    "--url": "url",
    "--url-query": "query",
    "--request-target": "target",
    "-A": "agent",
    "--user-agent": "agent",
    "-e": "referer",
    "--referer": "referer",
    "-b": "cookie",
    "--cookie": "cookie",
    "-u": "user",
    "--user": "user",
    "--oauth2-bearer": "token",
    **dict.fromkeys(
        ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode"), "data"
    ),
    "--json": "json",
    **dict.fromkeys(("-F", "--form", "--form-string"), "form"),
    **dict.fromkeys(("-T", "--upload-file"), "upload"),
}
"""Options with a value that say something of the request."""

_OTHERS = """
    -C -D -E -K -P -Q -U -Y -c -m -o -r -t -w -x -y -z
    --abstract-unix-socket --alt-svc --aws-sigv4 --cacert --capath --cert --cert-type --ciphers
    --config --connect-timeout --connect-to --continue-at --cookie-jar --create-file-mode --crlfile
    --curves --delegation --dns-interface --dns-ipv4-addr --dns-ipv6-addr --dns-servers --doh-url
    --dump-header --ech --egd-file --engine --etag-compare --etag-save --expect100-timeout
    --happy-eyeballs-timeout-ms --haproxy-clientip --hostpubmd5 --hostpubsha256 --hsts --interface
    --ip-tos --keepalive-cnt --keepalive-time --key --key-type --krb --libcurl --limit-rate
    --local-port --login-options --max-filesize --max-redirs --max-time --netrc-file --noproxy
    --output --output-dir --parallel-max --pass --pinnedpubkey --preproxy --proto --proto-default
    --proto-redir --proxy --proxy-cacert --proxy-capath --proxy-cert --proxy-cert-type
    --proxy-ciphers --proxy-crlfile --proxy-header --proxy-key --proxy-key-type --proxy-pass
    --proxy-pinnedpubkey --proxy-service-name --proxy-tls13-ciphers --proxy-tlsauthtype
    --proxy-tlspassword --proxy-tlsuser --proxy-user --proxy1.0 --pubkey --quote --random-file
    --range --rate --resolve --retry --retry-delay --retry-max-time --sasl-authzid --service-name
    --socks4 --socks4a --socks5 --socks5-gssapi-service --socks5-hostname --speed-limit
    --speed-time --stderr --time-cond --tls-max --tls13-ciphers --tlsauthtype --tlspassword
    --tlsuser --trace --trace-ascii --trace-config --unix-socket --variable --vlan-priority
    --write-out
"""
_ALSO_WITH_VALUE = frozenset(_OTHERS.split())
"""Other options that take a value, which is not a URL."""

_BODIES = {
    "data": "application/x-www-form-urlencoded",
    "json": "application/json",
    "form": "multipart/form-data",
}
_HEADERS = {"agent": "User-Agent", "referer": "Referer", "cookie": "Cookie"}

_PART = re.compile(
    r"""
      (?P<joined>[\\^](?:\r?\n|\Z))
    | (?P<space>\s+)
    | (?P<end>(?<!\S)(?:(?:\|\|?|&&?|;)(?=\s|$)|\d?[<>]))
    | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
    | '(?P<single>[^']*)'
    | "(?P<double>(?:[^"\\]|\\.)*)"
    | \\(?P<escaped>.)
    | (?P<bare>[^\s'"\\$^]+|[$^])
    """,
    re.VERBOSE | re.DOTALL,
)
"""What the words of a shell are made of; ``end`` is where another command begins."""

_ANSI = re.compile(r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "v": "\v",
}


def from_curl(command: str) -> Request:
    """The request that a curl command would send; what only changes how curl shows the answer is
    not looked at, nor are further commands behind it. The server name is that of the URL, also
    where a header names another Host.

    Raises:
        Invalid: it is no curl command, or names no URL that can be asked for.
    """
    words = list(_words(command.strip().removeprefix("$ ").lstrip()))
    if not words or words[0].rpartition("/")[2] not in ("curl", "curl.exe"):
        raise Invalid.of("curl", "must begin with curl")
    found = _Command(words[1:])
    if not found.url:
        raise Invalid.of("curl", "must name a URL")
    return parse(found.document())


def _words(command: str) -> Iterator[str]:
    """The words of the first command, as a shell reads them. Raises Invalid."""
    word: str | None = None
    at = 0
    while at < len(command):
        part = _PART.match(command, at)
        if part is None:
            raise Invalid.of("curl", "cannot be read: a quotation is not closed")
        at = part.end()
        match part.lastgroup:
            case "joined":
                continue
            case "end":
                break
            case "space":
                if word is not None:
                    yield word
                word = None
            case kind:
                word = (word or "") + _unquoted(str(kind), part[str(kind)])
    if word is not None:
        yield word


def _unquoted(kind: str, text: str) -> str:
    if kind == "ansi":
        read = _ANSI.sub(lambda found: _letter(found[1]), text)
        return read.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if kind == "double":
        return re.sub(r"\\(\r?\n)|\\([$`\"\\])", r"\2", text)
    return text


def _letter(code: str) -> str:
    if code[0] in "xu" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _LETTERS.get(code, code)


class _Command:
    """The words of a command, taken for what they ask."""

    def __init__(self, words: list[str]) -> None:
        self.url = ""
        self.method = ""
        self.target = ""
        self.headers: list[list[str]] = []
        self.data: list[str] = []
        self.query: list[str] = []
        self.flags: set[str] = set()
        rest = iter(words)
        for word in rest:
            for option, value in self._options(word):
                if not option:
                    self.url = self.url or value or ""
                elif option in _MEANT:
                    self._take(_MEANT[option], next(rest, "") if value is None else value)
                elif option in _ALSO_WITH_VALUE:
                    if value is None:
                        next(rest, None)
                else:
                    self.flags.add(option)

    @staticmethod
    def _options(word: str) -> Iterator[tuple[str, str | None]]:
        """The options of a word, each with the value that stands in it; "" for what is none."""
        if word == "--":
            return
        if word.startswith("--"):
            name, mark, value = word.partition("=")
            yield name, value if mark else None
        elif not word.startswith("-") or word == "-":
            yield "", word
        else:
            for at, letter in enumerate(word[1:], 2):
                option = f"-{letter}"
                if option in _MEANT or option in _ALSO_WITH_VALUE:
                    yield option, word[at:] or None
                    return
                yield option, None

    def _take(self, what: str, value: str) -> None:
        match what:
            case "url":
                self.url = self.url or value
            case "method":
                self.method = value
            case "target":
                self.target = value
            case "query":
                self.query.append(value)
            case "header":
                self._header(value)
            case "agent" | "referer" | "cookie":
                self.headers.append([_HEADERS[what], value])
            case "user":
                self.headers.append(["Authorization", "Basic (not shown)"])
            case "token":
                self.headers.append(["Authorization", "Bearer (not shown)"])
            case "upload":
                self.flags.add(what)
            case "data" | "json" | "form":
                self.flags.add(what)
                self.data.append(value)

    def _header(self, text: str) -> None:
        """``name: value``; ``name;`` is sent without a value, ``name:`` not at all."""
        name, mark, value = text.partition(":")
        if mark and value.strip():
            self.headers.append([name.strip(), value.strip()])
        elif not mark and text.endswith(";"):
            self.headers.append([text[:-1].strip(), ""])

    def document(self) -> dict[str, Any]:
        """The request in its JSON form."""
        url = (self.url if "://" in self.url else f"http://{self.url}").partition("#")[0]
        scheme, _, rest = url.partition("://")
        authority, slash, path = rest.partition("/")
        place, mark, query = authority.partition("?")
        target = f"/?{query}{slash}{path}" if mark else slash + path if slash else "/"
        place = place.rpartition("@")[2]
        host, port = _split(place)
        asks_with_data = bool(self.flags & {"-G", "--get"})
        bodies = self.flags & {"data", "json", "form"}
        added = self.query + (self.data if asks_with_data else [])
        if added:
            target += ("&" if "?" in target else "?") + "&".join(added)
        method = self.method
        if not method and "upload" in self.flags:
            method = "PUT"
        elif not method and self.flags & {"-I", "--head"}:
            method = "HEAD"
        elif not method and bodies and not asks_with_data:
            method = "POST"
        names = {name.lower() for name, _ in self.headers}
        headers = list(self.headers)
        for flag, kind in _BODIES.items():
            if flag in bodies and "content-type" not in names and not asks_with_data:
                headers.append(["Content-Type", kind])
        document: dict[str, Any] = {
            "method": method or "GET",
            "scheme": scheme,
            "port": port or {"https": 443, "wss": 443}.get(scheme.lower(), 80),
            "path": self.target or target,
            "headers": [one for one in headers if one[0].lower() != "host"],
            "host": next((value for name, value in headers if name.lower() == "host"), place),
        }
        address = host.startswith("[") or host.replace(".", "").isdigit()
        if scheme.lower() in ("https", "wss") and host and not address:
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
