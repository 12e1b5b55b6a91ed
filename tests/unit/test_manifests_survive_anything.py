"""Promise: whatever a file holds, a check ends with an answer or with one line that says where it
is wrong; nothing reaches the model in a shape that it cannot read."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.gatewayapi import manifests
from services.gatewayapi.checking import check
from services.gatewayapi.manifests import Unreadable
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.simulate import simulate

SEVERAL = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: nginx
  allowedListeners: {namespaces: {from: All}}
  infrastructure: {parametersRef: {group: gateway.nginx.org, kind: NginxProxy, name: proxy}}
  tls: {backend: {clientCertificateRef: {name: cert}}}
  listeners:
  - {name: http, port: 80, protocol: HTTP, hostname: "*.example.com"}
  - name: https
    port: 443
    protocol: HTTPS
    tls: {mode: Terminate, certificateRefs: [{name: cert}]}
    allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {a: b}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: more, namespace: shop}
spec:
  parentRef: {name: edge}
  listeners: [{name: extra, port: 81, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop, creationTimestamp: "2024-01-01T00:00:00Z"}
spec:
  parentRefs: [{name: edge, sectionName: http}]
  hostnames: [www.example.com]
  rules:
  - matches: [{path: {type: PathPrefix, value: /a}, headers: [{name: x, value: y}]}]
    filters:
    - {type: RequestMirror, requestMirror: {backendRef: {name: web, port: 80}}}
    - type: ExtensionRef
      extensionRef: {group: gateway.nginx.org, kind: SnippetsFilter, name: snip}
    backendRefs: [{name: web, port: 80, weight: 1}, {name: web, port: 81}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: calls, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{matches: [{method: {service: a.B, method: C}}], backendRefs: [{name: web, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: allow, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: far}]
  to: [{group: "", kind: Service}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: tls, namespace: shop}
spec:
  targetRefs: [{group: "", kind: Service, name: web}]
  validation: {hostname: web, caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}
---
apiVersion: gateway.nginx.org/v1alpha1
kind: ClientSettingsPolicy
metadata: {name: settings, namespace: shop}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
  body: {maxSize: 1m}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80, name: http}]}
---
apiVersion: v1
kind: Secret
metadata: {name: cert, namespace: shop}
type: kubernetes.io/tls
data: {tls.crt: aGVsbG8=, tls.key: aGVsbG8=}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ca, namespace: shop}
data: {ca.crt: hello}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {a: b}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]
ports: [{name: http, port: 80}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: pool, namespace: shop}
spec:
  selector: {matchLabels: {a: b}}
  targetPorts: [{number: 80}]
  endpointPickerRef: {name: web, port: {number: 80}}
"""
OBJECTS = list(yaml.safe_load_all(SEVERAL))
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["", "*", "*.", "/", "((", "Gateway", "a/b", "\x00", "ü", "%zz"]),
    st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers()), max_size=3),
    st.dictionaries(
        st.sampled_from(["name", "kind", "port", "x"]), st.text(max_size=3), max_size=3
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, one in items:
        found += places(one, (*path, key))
    return found


PLACES = [(index, path) for index, one in enumerate(OBJECTS) for path in places(one)]


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES, st.booleans()), min_size=1, max_size=4))
def test_any_field_may_be_anything(tmp_path: Path, edits: list[Any]) -> None:
    objects = copy.deepcopy(OBJECTS)
    for (index, path), value, delete in edits:
        holder: Any = objects[index]
        try:
            for step in path[:-1]:
                holder = holder[step]
            if delete:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier edit took the place away
    path = tmp_path / "edited.json"
    path.write_text("\n".join(json.dumps(one) for one in objects))
    found = check(manifests.read([str(path)]))
    json.dumps(found.document())
    for key in found.model.gateways:
        simulate(found.model, key, Request(host="www.example.com", path="/a")).document()


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.text(),
        st.binary().map(lambda data: data.decode("latin-1")),
        st.from_regex(r"([-\[\]{}:,&*!|>'\"#%@ \n\ta-c01~?<]|---\n|- |: )*", fullmatch=True),
    )
)
def test_any_text_is_read_or_refused_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        lines = [one.line for one in manifests.read([str(path)]).issues]
    except Unreadable as error:
        lines = [] if error.line is None else [error.line]
    assert all(line >= 1 for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
        + "".join(
            f"d{n}: &d{n} [*{'c' if n == 0 else f'd{n - 1}'}, *{'c' if n == 0 else f'd{n - 1}'}]\n"
            for n in range(30)
        ),
        "[" * 5000,
        "{a: " * 5000,
        "? [a, b]\n: c",
        "{{ .Values.name }}",
        "a: 9" + "9" * 5000,
        "\x00",
    ],
)
def test_what_no_manifest_can_be_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(Unreadable):
        manifests.read([str(path)])
