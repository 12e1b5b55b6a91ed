"""The promise: a kubeconfig can never make the hub run a program, read a file or trust anyone."""

import base64
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from services.errors import Invalid, Unavailable
from services.kube.connection import Connection
from services.kube.kubeconfig import merged as merge_kubeconfigs

USER: dict[str, Any] = {"token": "t"}


def kubeconfig(
    cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None, **extra: Any
) -> str:
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [
            {"name": "c", "cluster": {"server": "https://10.0.0.1:6443", **(cluster or {})}}
        ],
        "users": [{"name": "u", "user": USER if user is None else user}],
    }
    return yaml.safe_dump({**config, **extra})


def refused(text: str) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        Connection.from_kubeconfig(text)
    return {problem["field"]: problem["rule"] for problem in caught.value.details["fields"]}


def test_takes_address_and_token() -> None:
    connection = Connection.from_kubeconfig(kubeconfig())
    assert connection.host == "https://10.0.0.1:6443"
    assert connection.headers == {"Authorization": "Bearer t"}
    assert connection.tls is not None
    assert connection.tls.verify_mode.name == "CERT_REQUIRED"


def test_a_token_is_never_printed() -> None:
    connection = Connection.from_kubeconfig(kubeconfig(user={"token": "planted"}))
    assert "planted" not in repr(connection)


@pytest.mark.parametrize(
    "user",
    [
        {"exec": {"command": "touch", "args": ["/tmp/owned"]}},
        {"auth-provider": {"name": "gcp", "config": {"cmd-path": "/bin/sh"}}},
        {"tokenFile": "/etc/passwd"},
        {"client-certificate": "/etc/ssl/a.pem", "client-key": "/etc/ssl/a.key"},
        {"username": "root", "password": "x"},
        {"as": "system:admin", "token": "t"},
        {"something-new": "x", "token": "t"},
    ],
    ids=lambda user: next(iter(user)),
)
def test_refuses_every_other_way_to_authenticate_by_name(user: dict[str, Any]) -> None:
    assert {name for name in user if name != "token"} == {
        name.rpartition(".")[2] for name in refused(kubeconfig(user=user))
    }


@pytest.mark.parametrize(
    "cluster",
    [
        {"insecure-skip-tls-verify": True},
        {"certificate-authority": "/etc/ssl/ca.pem"},
        {"proxy-url": "socks5://127.0.0.1:1080"},
    ],
    ids=lambda cluster: next(iter(cluster)),
)
def test_refuses_other_ways_to_trust_by_name(cluster: dict[str, Any]) -> None:
    assert set(refused(kubeconfig(cluster))) == {f"clusters[c].cluster.{next(iter(cluster))}"}


def test_flow_style_and_json_do_not_slip_through() -> None:
    text = (
        '{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],'
        '"clusters":[{"name":"c","cluster":{"server":"https://a"}}],'
        '"users":[{"name":"u","user":{"exec":{"command":"sh"}}}]}'
    )
    assert set(refused(text)) == {"users[u].user.exec"}


def test_a_token_is_not_sent_in_the_clear() -> None:
    assert "cluster.server" in refused(kubeconfig({"server": "http://127.0.0.1:8001"}))
    assert "cluster.server" in refused(kubeconfig({"server": "http://10.0.0.1"}, user={}))
    assert (
        Connection.from_kubeconfig(kubeconfig({"server": "http://127.0.0.1:8001"}, user={})).tls
        is None
    )


@pytest.mark.parametrize(
    "server",
    [
        "",
        "ftp://a",
        "https://",
        "https://user:pw@a",
        "https://a?x=1",
        "file:///etc/passwd",
        "https://[::1",
        "https://a:99999",
        "https://a:port",
    ],
)
def test_an_address_is_an_address(server: str) -> None:
    assert "cluster.server" in refused(kubeconfig({"server": server}))


def test_what_is_not_used_may_be_anything_in_a_file_of_ones_own_but_not_in_what_is_registered() -> (
    None
):
    others = {
        "clusters": [
            {"name": "c", "cluster": {"server": "https://10.0.0.1:6443"}},
            {"name": "d", "cluster": {"proxy-url": "http://p"}},
        ],
        "users": [
            {"name": "u", "user": USER},
            {"name": "v", "user": {"exec": {"command": "aws"}}},
            {"name": "v", "user": "text"},
        ],
    }
    text = kubeconfig(**others)
    assert Connection.from_kubeconfig(text).host
    with pytest.raises(Invalid) as caught:
        Connection.registered(text)
    assert [problem["field"] for problem in caught.value.details["fields"]] == [
        "clusters[d].cluster.proxy-url",
        "users[v].user.exec",
        "users[v]",
    ]


def test_plain_http_on_loopback_is_for_a_proxy_of_ones_own() -> None:
    text = kubeconfig({"server": "http://127.0.0.1:8001"}, user={})
    assert Connection.from_kubeconfig(text).host
    with pytest.raises(Invalid, match="--allow-http-clusters"):
        Connection.registered(text)
    assert Connection.registered(text, allow_http=True).tls is None


def test_of_very_many_fields_the_first_are_named() -> None:
    problems = refused(kubeconfig(user={f"field-{number}": "x" for number in range(1000)}))
    assert len(problems) == 20


def test_bad_inline_data_is_named_without_being_shown() -> None:
    planted = base64.b64encode(b"planted").decode()
    problems = refused(kubeconfig({"certificate-authority-data": planted}))
    assert problems == {"cluster.certificate-authority-data": "holds no certificate"}
    pair = {"client-certificate-data": planted, "client-key-data": planted}
    problems = refused(kubeconfig(user=pair))
    assert set(problems) == {"user.client-key-data"}
    assert "planted" not in str(problems)


def test_a_key_that_wants_a_password_is_refused_and_nobody_is_asked_for_it() -> None:
    """OpenSSL would ask at the terminal, and wait."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    encrypted = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"planted-password")
    )
    pair = {
        "client-certificate-data": base64.b64encode(certificate).decode(),
        "client-key-data": base64.b64encode(encrypted).decode(),
    }
    assert set(refused(kubeconfig(user=pair))) == {"user.client-key-data"}


def test_half_a_pair_is_refused() -> None:
    half = {"client-certificate-data": base64.b64encode(b"x").decode()}
    assert "user.client-key-data" in refused(kubeconfig(user=half))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [",
        "clusters: {}",
        "current-context: nowhere",
        "{current-context: x, contexts: [x]}",
        "[" * 5000,
    ],
)
def test_what_is_no_kubeconfig_is_refused(text: str) -> None:
    assert refused(text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"clusters: \xff")
    with pytest.raises(Invalid, match="kubeconfig: must be printable text in UTF-8"):
        Connection.from_kubeconfig(tmp_path / "binary")


@pytest.mark.parametrize("clusters", [[1], ["c"], {"name": "c"}, "c"])
def test_files_that_count_as_one_must_hold_lists_of_mappings(clusters: Any) -> None:
    with pytest.raises(Invalid, match="clusters: must be a list of mappings"):
        merge_kubeconfigs([{}, {"clusters": clusters}])


def test_of_files_that_count_as_one_the_first_to_name_something_wins() -> None:
    first = {"users": [{"name": 1, "user": {"token": "a"}}], "current-context": "x"}
    second = {"users": [{"name": 1, "user": {"token": "b"}}, {"name": 2}], "current-context": "y"}
    merged = merge_kubeconfigs([first, second])
    assert merged["users"] == [first["users"][0], {"name": 2}]  # type: ignore[index]
    assert merged["current-context"] == "x"


@pytest.mark.parametrize(
    "token", ["planted\nX-Admin: yes", "plantéd", "planted\0", {"planted": "x"}, 5]
)
def test_a_token_that_cannot_be_a_header_is_refused_unprinted(token: Any) -> None:
    assert refused(kubeconfig(user={"token": token})) == {
        "user.token": "must be printable ASCII in one line"
    }


@pytest.mark.parametrize("name", ["..", ".a", "a b", "a\0b", "x" * 64])
def test_a_server_name_is_a_name(name: str) -> None:
    assert "cluster.tls-server-name" in refused(kubeconfig({"tls-server-name": name}))


@pytest.mark.parametrize("name", ["api.example", "10.0.0.1", "2001:db8::1"])
def test_a_server_name_is_what_the_certificate_is_for(name: str) -> None:
    assert Connection.from_kubeconfig(kubeconfig({"tls-server-name": name})).server_name == name


def test_names_the_context_that_is_missing() -> None:
    with pytest.raises(Invalid, match="'there'"):
        Connection.from_kubeconfig(kubeconfig(), context="there")


def test_an_unreadable_file_is_unavailable_not_wrong(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        Connection.from_kubeconfig(tmp_path / "absent")


def test_outside_a_pod_there_is_no_account() -> None:
    with pytest.raises(Unavailable, match="not running in a pod"):
        Connection.in_cluster({})


def test_the_mounted_token_of_the_pod_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("services.kube.connection.time.monotonic", lambda: now[0])
    (tmp_path / "ca.crt").write_bytes(Path(_any_authority()).read_bytes())
    (tmp_path / "token").write_text("first\n")
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    connection = Connection.in_cluster(environ, tmp_path)
    assert connection.host == "https://[fd00::1]:443"
    assert connection.headers == {"Authorization": "Bearer first"}
    (tmp_path / "token").write_text("second")
    assert connection.headers == {"Authorization": "Bearer first"}
    now[0] += 61
    assert connection.headers == {"Authorization": "Bearer second"}


def _any_authority() -> str:
    import certifi

    assert os.path.exists(certifi.where())
    return certifi.where()
