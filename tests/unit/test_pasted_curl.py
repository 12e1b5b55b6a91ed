"""A curl command that somebody pastes is the request that curl would send."""

from typing import Any

import pytest

from services.errors import Invalid
from services.gatewayapi.matching.curl import from_curl
from services.gatewayapi.matching.request import parse

PASTED: list[tuple[str, dict[str, Any]]] = [
    ("curl http://a.test", {"host": "a.test", "port": 80, "path": "/", "method": "GET"}),
    ("curl a.test/x", {"host": "a.test", "scheme": "http", "path": "/x"}),
    ("curl -s https://a.test/x?y=1", {"scheme": "https", "port": 443, "sni": "a.test"}),
    ("curl 'https://a.test:8443/x?y=1&z=2'", {"port": 8443, "path": "/x?y=1&z=2"}),
    ("curl 'http://a.test?y=1'", {"path": "/?y=1"}),
    ("curl -X DELETE http://a.test/x", {"method": "DELETE"}),
    ("curl -XPUT http://a.test/x", {"method": "PUT"}),
    ("curl --request=PATCH http://a.test/x", {"method": "PATCH"}),
    ("curl -I http://a.test", {"method": "HEAD"}),
    ("curl -d a=1 http://a.test", {"method": "POST"}),
    ("curl -G -d a=1 -d b=2 http://a.test/x", {"method": "GET", "path": "/x?a=1&b=2"}),
    ("curl -G http://a.test/x", {"method": "GET", "path": "/x"}),
    ("curl -H 'X-A: 1' -H 'X-A: 2' http://a.test", {"headers": (("X-A", "1"), ("X-A", "2"))}),
    ("curl -H 'Host: b.test' https://a.test", {"host": "b.test", "sni": "a.test"}),
    ("curl -kv --max-time 3 -o /dev/null https://a.test", {"host": "a.test"}),
    ("curl \\\n  -H 'X-A: 1' \\\n  http://a.test/x", {"path": "/x", "headers": (("X-A", "1"),)}),
    ("curl -A me http://user:secret@a.test:81/", {"host": "a.test:81", "port": 81}),
    ("/usr/bin/curl https://10.0.0.1/", {"host": "10.0.0.1", "sni": None}),
    ("curl --json '{}' http://a.test", {"headers": (("Content-Type", "application/json"),)}),
    ("curl -sSo /dev/null -w '%{http_code}' https://a.test/x", {"host": "a.test", "path": "/x"}),
    ("curl -sXPOST https://a.test/x", {"method": "POST", "host": "a.test"}),
    ("curl -sSLX DELETE https://a.test/x", {"method": "DELETE", "host": "a.test"}),
    ("curl -vkH 'Host: b.test' https://10.0.0.1/x", {"host": "b.test", "path": "/x", "sni": None}),
    ("curl --max-redirs 3 --noproxy '*' https://a.test/x", {"host": "a.test", "path": "/x"}),
    ("curl --oauth2-bearer t https://a.test/", {"host": "a.test"}),
    ("curl -T file https://a.test/x", {"method": "PUT"}),
    ("curl -F a=b https://a.test", {"headers": (("Content-Type", "multipart/form-data"),)}),
    ("curl --get -d a=1 https://a.test", {"method": "GET", "headers": (), "path": "/?a=1"}),
    ("curl --url-query a=1 https://a.test/x?b=2", {"path": "/x?b=2&a=1"}),
    ("curl --request-target /y https://a.test/x", {"host": "a.test", "path": "/y"}),
    ("curl -H 'X-A;' -H 'Accept:' https://a.test", {"headers": (("X-A", ""),)}),
    ("curl https://a.test#top", {"host": "a.test", "path": "/"}),
    ("curl -k https://[::1]:8443/x", {"host": "[::1]:8443", "port": 8443, "sni": None}),
    ("$ curl https://a.test/x", {"host": "a.test"}),
    ("curl.exe https://a.test/x", {"host": "a.test"}),
    ("curl https://a.test/x \\\r\n  -H 'X-A: 1' \\", {"headers": (("X-A", "1"),)}),
    (
        "curl $'https://a.test/\\u0021' -H $'X-A: it\\'s'",
        {"path": "/!", "headers": (("X-A", "it's"),)},
    ),
    ('curl https://a.test -H "X-A: \\"1\\" $ \\x"', {"headers": (("X-A", '"1" $ \\x'),)}),
    ("curl -d 'a$' -H 'X-A: 1' https://a.test/", {"host": "a.test", "method": "POST"}),
    ("curl -s https://a.test/x | sort -u", {"path": "/x", "headers": ()}),
    (
        "curl https://a.test/?a=1&b=2 >out 2>&1 && curl -X PUT b.test",
        {"method": "GET", "path": "/?a=1&b=2"},
    ),
]


@pytest.mark.parametrize(("command", "want"), PASTED)
def test_curl(command: str, want: dict[str, Any]) -> None:
    request = from_curl(command)
    assert {field: getattr(request, field) for field in want} == want


@pytest.mark.parametrize("command", ["", "wget http://a.test", "curl -v", "curl 'http://a.test"])
def test_what_is_no_curl_command_is_refused(command: str) -> None:
    with pytest.raises(Invalid) as caught:
        from_curl(command)
    assert caught.value.details["fields"][0]["field"] == "curl"


REFUSED: list[tuple[Any, str]] = [
    ([], "request"),
    ({"method": 1}, "method"),
    ({"scheme": "ftp"}, "scheme"),
    ({"port": 0}, "port"),
    ({"port": 70000}, "port"),
    ({"port": True}, "port"),
    ({"path": "x"}, "path"),
    ({"query": 3}, "query"),
    ({"headers": "x"}, "headers"),
    ({"headers": {"x": {}}}, "headers"),
    ({"headers": [["x"]]}, "headers"),
    ({"headers": {"x y": "1"}}, "headers"),
    ({"headers": [["", "1"]]}, "headers"),
    ({"method": "GET /"}, "method"),
    ({"host": "not a host"}, "host"),
    ({"host": "a.test:99999"}, "host"),
    ({"host": "a.test:x"}, "host"),
    ({"host": "[::1"}, "host"),
    ({"headers": {"Host": "a/b"}}, "host"),
    ({"path": "https:///x"}, "host"),
    ({"path": "https://a b/x"}, "host"),
    ({"sni": "a.test:443"}, "sni"),
    ({"sni": "a b"}, "sni"),
    ({"sni": 1}, "sni"),
    ({"grpc": "x"}, "grpc"),
    ({"grpc": {"service": 1, "method": "M"}}, "grpc.service"),
    ({"grpc": {"service": "a.A", "method": 1}}, "grpc.method"),
    ({"grpc": {"method": "M"}}, "grpc.service"),
    ({"grpc": {"service": "", "method": "M"}}, "grpc.service"),
    ({"grpc": {"service": "a.A"}}, "grpc.method"),
    ({"grpc": {"service": "a.A", "method": ""}}, "grpc.method"),
    ({"grpc": {}}, "grpc.service"),
    ({"scheme": "grpc", "host": "a.test", "path": "/a.A"}, "path"),
    ({"grpc": {"service": "a/b", "method": "M"}}, "grpc.service"),
    ({"method": "GET /"}, "method"),
    ({"host": "http://a.test"}, "host"),
    ({"host": "a.test/x"}, "host"),
    ({"host": "a.test b.test"}, "host"),
    ({"host": "a.test:x"}, "host"),
    ({"host": "a.test:65536"}, "host"),
    ({"host": "[::1"}, "host"),
    ({"headers": {"Host": "a.test/x"}}, "host"),
    ({"path": "/a\r\nx: y"}, "path"),
    ({"query": {"a": {"b": 1}}}, "query"),
    ({"headers": {"": "x"}}, "headers"),
    ({"headers": {"a b": "x"}}, "headers"),
    ({"headers": {"a": "x\r\ny: z"}}, "headers"),
    ({"headers": {"a": [None]}}, "headers"),
]


@pytest.mark.parametrize(("document", "field"), REFUSED)
def test_what_is_no_request_is_refused_by_field(document: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(document)
    assert caught.value.details["fields"][0]["field"] == field


@pytest.mark.parametrize("host", ["", "a.test:", "[::1]:80", "::1", "10.0.0.1:80", "a_b.test"])
def test_a_host_may_be_a_name_or_an_address(host: str) -> None:
    assert parse({"host": host}).host == host


def test_a_path_that_holds_a_url_is_a_path() -> None:
    request = parse({"host": "a.test", "path": "/to/http://b.test/x"})
    assert (request.host, request.path) == ("a.test", "/to/http://b.test/x")


def test_a_request_may_leave_everything_out() -> None:
    request = parse({})
    assert (request.method, request.path, request.port, request.sni) == ("GET", "/", None, None)


def test_a_call_is_a_post_of_its_path() -> None:
    request = parse({"grpc": {"service": "a.A", "method": "M"}, "host": "a.test"})
    assert (request.method, request.path, request.call) == ("POST", "/a.A/M", ("a.A", "M"))
