"""Promise: a stack becomes objects that fit each other, and what it cannot have is said."""

from typing import Any

import pytest
import yaml
from ngf_operator.inference import adoption, engines, gpu_metrics, scaling
from ngf_operator.inference.stack import wanted
from ngf_operator.wanting import Lack, Wanted

from tests.known import Known, Obj

PROMETHEUS = "http://prometheus.monitoring:9090"
BACKENDS = tuple(engines.ENGINES)


def stack(**spec: Any) -> Obj:
    pool = {"gpuType": "H100", "gpuCount": 2, "replicas": 2, "minReplicas": 1, "maxReplicas": 4}
    whole = {
        "modelName": "meta/llama",
        "servingBackend": "vllm",
        "pool": {**pool, **spec.pop("pool", {})},
        "modelServer": {
            "enabled": True,
            "cacheClaim": "weights",
            "resources": {"requests": {"cpu": 4}},
        },
    }
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "InferenceStack",
        "metadata": {"name": "llama", "namespace": "llm", "uid": "1"},
        "spec": {key: value for key, value in {**whole, **spec}.items() if value is not None},
    }


def of(found: Wanted, kind: str, name: str = "") -> Obj:
    [obj] = [
        one.obj
        for one in found.children
        if one.obj["kind"] == kind and (not name or one.obj["metadata"]["name"] == name)
    ]
    return obj


def kinds(found: Wanted) -> set[str]:
    return {one.obj["kind"] for one in found.children}


def the_lack(found: Wanted, reason: str) -> Lack:
    [lack] = [one for one in found.lacks if one.reason == reason]
    return lack


def container(found: Wanted, name: str) -> Obj:
    pod = of(found, "Deployment", name)["spec"]["template"]["spec"]
    return dict(pod["containers"][0])


def config(found: Wanted) -> Any:
    return yaml.safe_load(of(found, "ConfigMap")["data"]["epp-config.yaml"])


def deployment(name: str, labels: dict[str, str], available: int = 1, image: str = "x") -> Obj:
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "llm"},
        "spec": {"replicas": 1, "template": pods},
        "status": {"availableReplicas": available},
    }


@pytest.mark.parametrize("backend", BACKENDS)
def test_pool_picker_engine_and_services_of_each_engine_fit_each_other(backend: str) -> None:
    found = wanted(stack(servingBackend=backend), Known())
    assert [one for one in found.lacks if one.blocks] == []
    pool, service = of(found, "InferencePool")["spec"], of(found, "Service")
    picker, engine = of(found, "Deployment", "llama-epp"), of(found, "Deployment", "llama")
    pods = engine["spec"]["template"]["metadata"]["labels"]
    assert pool["selector"]["matchLabels"].items() <= pods.items()
    assert engine["spec"]["selector"]["matchLabels"].items() <= pods.items()
    assert pods["ngf-console.f5.com/inference-pool"] == "llama-pool"
    [port] = pool["targetPorts"]
    assert port["number"] == engines.ENGINES[backend].port
    assert container(found, "llama")["ports"][0]["containerPort"] == port["number"]
    ref = pool["endpointPickerRef"]
    assert (ref["name"], ref["failureMode"]) == (service["metadata"]["name"], "FailClose")
    assert ref["port"]["number"] in [one["port"] for one in service["spec"]["ports"]]
    picker_pods = picker["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= picker_pods.items()
    assert not pool["selector"]["matchLabels"].items() <= picker_pods.items()
    arguments = container(found, "llama-epp")["args"]
    assert {"--pool-name=llama-pool", "--pool-namespace=llm", "-v=3"} <= set(arguments)
    assert "--metrics-endpoint-auth=false" in arguments
    assert f"--config-file=/config/{next(iter(of(found, 'ConfigMap')['data']))}" in arguments


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_plugin_that_a_profile_names_is_declared_and_scorers_have_weights(
    backend: str,
) -> None:
    for strategy in ("least_queue", "kv_cache", "prefix_affinity", "composite"):
        made = config(wanted(stack(servingBackend=backend, epp={"strategy": strategy}), Known()))
        assert (made["apiVersion"], made["kind"]) == ("llm-d.ai/v1alpha1", "EndpointPickerConfig")
        declared = {one.get("name", one["type"]) for one in made["plugins"]}
        [profile] = made["schedulingProfiles"]
        for ref in profile["plugins"]:
            assert ref["pluginRef"] in declared
            assert ("weight" in ref) == ref["pluginRef"].endswith("-scorer")


def test_weights_of_a_composite_strategy_are_those_of_the_picker() -> None:
    weights = {"queueDepth": 50, "kvCache": 0, "prefixAffinity": 20}
    found = wanted(stack(epp={"strategy": "composite", "weights": weights}), Known())
    [profile] = config(found)["schedulingProfiles"]
    named = {one["pluginRef"]: one["weight"] for one in profile["plugins"] if "weight" in one}
    assert named == {"queue-scorer": 50, "prefix-cache-scorer": 20}
    types = [one["type"] for one in config(found)["plugins"]]
    assert "approx-prefix-cache-producer" in types


def test_another_weight_is_another_hash_on_the_pods_of_the_picker() -> None:
    def hash_of(weight: int) -> str:
        epp = {"strategy": "composite", "weights": {"queueDepth": weight, "kvCache": 1}}
        made = of(wanted(stack(epp=epp), Known()), "Deployment", "llama-epp")
        found = made["spec"]["template"]["metadata"]["annotations"][
            "ngf-console.f5.com/config-hash"
        ]
        return str(found)

    assert hash_of(2) == hash_of(2)
    assert hash_of(2) != hash_of(3)


def test_the_picker_of_the_inference_extension_gets_its_own_dialect() -> None:
    image = "registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0"
    found = wanted(stack(epp={"image": image, "strategy": "prefix_affinity"}), Known())
    assert config(found)["apiVersion"] == "inference.networking.x-k8s.io/v1alpha1"
    types = {one["type"] for one in config(found)["plugins"]}
    assert "core-metrics-extractor" in types
    assert not {"approx-prefix-cache-producer", "utilization-detector"} & types
    old = wanted(stack(epp={"image": image.replace("1.5", "1.4")}), Known())
    assert "core-metrics-extractor" not in {one["type"] for one in config(old)["plugins"]}


@pytest.mark.parametrize(("tag", "like"), [("v0.7.1", "v1.4.0"), ("v0.8.0", "v1.5.0")])
@pytest.mark.parametrize("strategy", ["prefix_affinity", "least_queue"])
@pytest.mark.parametrize("backend", ["vllm", "sglang"])
def test_a_picker_of_llm_d_that_was_made_of_the_inference_extension_speaks_its_dialect(
    tag: str, like: str, strategy: str, backend: str
) -> None:
    def made(image: str) -> tuple[Any, list[str]]:
        epp = {"image": image, "strategy": strategy}
        found = wanted(stack(servingBackend=backend, epp=epp), Known())
        return config(found), container(found, "llama-epp")["args"]

    assert made(f"ghcr.io/llm-d/llm-d-inference-scheduler:{tag}") == made(f"{EXTENSION}:{like}")


@pytest.mark.parametrize(
    ("tag", "old", "new"),
    [("v0.8.0", True, False), ("v0.9.0", True, True), ("v0.10.0", True, True), ("x", True, True)],
)
def test_a_text_that_was_given_is_taken_in_each_version_that_its_picker_reads(
    tag: str, old: bool, new: bool
) -> None:
    def taken(text: str) -> bool:
        epp = {"image": f"ghcr.io/llm-d/llm-d-router-endpoint-picker:{tag}", "config": text}
        found = wanted(stack(epp=epp), Known())
        return all(one.reason != "InvalidPickerConfig" for one in found.lacks)

    older = GIVEN.replace("llm-d.ai", "inference.networking.x-k8s.io")
    assert (taken(older), taken(GIVEN)) == (old, new)


def test_a_scorer_that_an_engine_has_no_metric_for_is_left_out_and_said() -> None:
    found = wanted(stack(servingBackend="tgi", epp={"strategy": "kv_cache"}), Known())
    [profile] = config(found)["schedulingProfiles"]
    assert [one["pluginRef"] for one in profile["plugins"]] == ["queue-scorer", "max-score-picker"]
    lack = the_lack(found, "MetricMissing")
    assert "TGI has no metric for kv-cache-utilization-scorer" in lack.message
    assert not lack.blocks
    blind = wanted(stack(servingBackend="ollama"), Known())
    [profile] = config(blind)["schedulingProfiles"]
    assert [one["pluginRef"] for one in profile["plugins"]] == ["random-picker"]
    assert "Pods are picked at random" in the_lack(blind, "MetricMissing").message


GIVEN = """
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: queue-scorer
- name: drop-overloaded
  type: utilization-filter
- type: max-score-picker
schedulingProfiles:
- name: default
  plugins:
  - pluginRef: drop-overloaded
  - {pluginRef: queue-scorer, weight: 2}
  - pluginRef: max-score-picker
"""


def test_a_text_that_was_given_is_taken_word_for_word_with_the_flag_its_plugins_need() -> None:
    found = wanted(stack(epp={"config": GIVEN}), Known())
    assert of(found, "ConfigMap")["data"]["epp-config.yaml"] == GIVEN
    assert "--allow-experimental-plugins" in container(found, "llama-epp")["args"]
    assert not the_lack(found, "PathNotTold").blocks
    passing = GIVEN.replace("plugins:", "plugins:\n- type: passthrough-parser", 1)
    assert not the_lack(wanted(stack(epp={"config": passing}), Known()), "PathNotTold").blocks
    passing += "requestHandler: {parsers: [{pluginRef: passthrough-parser}]}\n"
    assert wanted(stack(epp={"config": passing}), Known()).lacks == ()


def test_chats_reach_pods_through_a_gateway_that_tells_no_path() -> None:
    made = config(wanted(stack(), Known()))
    assert made["requestHandler"] == {"parsers": [{"pluginRef": "passthrough-parser"}]}
    assert wanted(stack(), Known()).lacks == ()
    old = "ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.0"
    for epp in ({"strategy": "prefix_affinity"}, {"image": old}):
        found = wanted(stack(epp=epp), Known())
        assert "requestHandler" not in config(found)
        lack = the_lack(found, "PathNotTold")
        assert "x-forwarded-path: /v1/chat/completions" in lack.message
        assert "get an error" in lack.message
        assert not lack.blocks
    opened = {"strategy": "prefix_affinity", "failureMode": "FailOpen"}
    assert "go to any pod" in the_lack(wanted(stack(epp=opened), Known()), "PathNotTold").message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (": :", "It is no YAML"),
        ("kind: Pod", "Its kind must be EndpointPickerConfig"),
        (GIVEN.replace("llm-d.ai/v1alpha1", "llm-d.ai/v1"), "apiVersion must be llm-d.ai"),
        (
            GIVEN.replace("- type: queue-scorer\n", ""),
            "names the plugin queue-scorer, which is not",
        ),
        (
            GIVEN.replace(
                "pluginRef: max-score-picker", "{pluginRef: max-score-picker, weight: 1}"
            ),
            "gives max-score-picker a weight, which only scorers have",
        ),
        (GIVEN.replace("weight: 2", "weight: much"), "The weight of queue-scorer must be a number"),
        (GIVEN.replace("- type: max-score-picker", "- {type: a, name: a}\n- {type: a}"), "Two of"),
        (
            f"{GIVEN}flowControl: {{saturationDetector: {{pluginRef: gone}}}}\n",
            "flowControl.saturationDetector names the plugin gone",
        ),
    ],
)
def test_a_text_that_the_picker_could_not_read_changes_nothing_of_what_runs(
    text: str, why: str
) -> None:
    running = of(wanted(stack(epp={"config": GIVEN}), Known()), "ConfigMap")
    found = wanted(stack(epp={"config": text}), Known([running]))
    assert of(found, "ConfigMap")["data"] == running["data"]
    lack = the_lack(found, "InvalidPickerConfig")
    assert lack.blocks
    assert why in lack.message


def test_while_a_text_is_at_fault_an_edit_of_what_the_picker_had_is_undone() -> None:
    valid = wanted(stack(epp={"config": GIVEN}), Known())
    running, picker = of(valid, "ConfigMap"), of(valid, "Deployment", "llama-epp")

    def kept(text: str, *others: Obj, **epp: str) -> tuple[str, str]:
        live = {**running, "data": {"epp-config.yaml": text}}
        asked = stack(epp={"config": "kind: Pod", **epp})
        found = wanted(asked, Known([live, *others]))
        message = the_lack(found, "InvalidPickerConfig").message
        return of(found, "ConfigMap")["data"]["epp-config.yaml"], message

    made = of(wanted(stack(), Known()), "ConfigMap")["data"]["epp-config.yaml"]
    text, message = kept(GIVEN, picker)
    assert (text, "goes on with what it had" in message) == (GIVEN, True)
    for edited in (f"{GIVEN}# edited", "a: [", "- x"):
        text, message = kept(edited, picker)
        assert (text, "Strategy and weights" in message) == (made, True)
    assert kept("- x")[0] == made
    other = "registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0"
    assert "max-score-picker" in kept(GIVEN, picker, image=other)[0]
    assert kept(GIVEN, picker, image=other)[0] != GIVEN


def test_the_account_of_the_picker_may_read_what_it_needs_and_nothing_more() -> None:
    rules = of(wanted(stack(), Known()), "Role")["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert {one for rule in rules for one in rule["resources"]} == {
        "pods",
        "inferencepools",
        "inferenceobjectives",
        "inferencemodelrewrites",
    }


def test_traces_arrive_only_with_exporter_and_sampler_and_only_when_asked_for() -> None:
    assert "env" not in container(wanted(stack(), Known()), "llama-epp")
    tracing = {"enabled": True, "endpoint": "http://otel:4317", "ratio": 1}
    picker = container(wanted(stack(epp={"tracing": tracing}), Known()), "llama-epp")
    values = {one["name"]: one.get("value") for one in picker["env"]}
    assert values["OTEL_TRACES_EXPORTER"] == "otlp"
    assert values["OTEL_TRACES_SAMPLER"] == "parentbased_traceidratio"
    assert values["OTEL_TRACES_SAMPLER_ARG"] == "1"
    assert values["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://otel:4317"
    assert "--tracing=true" in picker["args"]


def test_a_pool_of_the_old_version_has_the_old_shape_and_the_picker_that_serves_it() -> None:
    old = "inference.networking.x-k8s.io"
    world = Known(
        absent=[("inference.networking.k8s.io", "InferencePool")],
        also={(old, "InferencePool"): f"{old}/v1alpha2"},
    )
    found = wanted(stack(httpRoute={"gatewayRef": "web"}), world)
    pool = of(found, "InferencePool")
    assert pool["spec"]["selector"] == {"ngf-console.f5.com/inference-pool": "llama-pool"}
    assert (pool["spec"]["targetPortNumber"], pool["spec"]["extensionRef"]["portNumber"]) == (
        8000,
        9002,
    )
    assert of(found, "HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["group"] == old
    assert f"--pool-group={old}" in container(found, "llama-epp")["args"]
    assert config(found)["apiVersion"] == f"{old}/v1alpha1"
    lack = the_lack(found, "OldVersion")
    assert (lack.section, lack.blocks) == ("PoolAccepted", True)
    assert "NGINX Gateway Fabric does not read" in lack.message
    new = wanted(stack(epp={"image": "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0"}), world)
    assert {one.section for one in new.lacks if one.reason == "OldVersion"} == {
        "PoolAccepted",
        "PickerReady",
    }


def test_a_picker_that_runs_stays_where_pools_are_not_served_for_a_while() -> None:
    running = [one.obj for one in wanted(stack(), Known()).children if one.section == "PickerReady"]
    away = [("inference.networking.k8s.io", "InferencePool")]
    found = wanted(stack(), Known(running, absent=away))
    kept = {(one.kind, one.name) for one in found.lacks if one.section == "PickerReady"}
    assert kept == {(one["kind"], one["metadata"]["name"]) for one in running}
    assert all(one.blocks for one in found.lacks)


EXTENSION = "registry.k8s.io/gateway-api-inference-extension/epp"


def test_a_picker_gets_no_flag_that_its_version_does_not_know() -> None:
    def flags(image: str, backend: str = "vllm") -> set[str]:
        found = wanted(stack(servingBackend=backend, epp={"image": image}), Known())
        return set(container(found, "llama-epp")["args"])

    auth, tracing = "--metrics-endpoint-auth=false", "--tracing=false"
    assert not {auth, tracing} & flags(f"{EXTENSION}:v1.0.0")
    for image in (f"{EXTENSION}:v1.4.0", f"{EXTENSION}:main", "ghcr.io/llm-d/epp:v0.10.0"):
        assert {auth, tracing} <= flags(image)


def test_a_picker_without_plugins_for_metrics_is_told_their_names_by_flags() -> None:
    def flags(backend: str, version: str) -> dict[str, str]:
        epp = {"image": f"{EXTENSION}:{version}"}
        found = wanted(stack(servingBackend=backend, epp=epp), Known())
        given = [one.partition("=") for one in container(found, "llama-epp")["args"]]
        return {name: value for name, _, value in given if name.endswith("-metric")}

    assert flags("sglang", "v1.4.0") == {
        "--total-queued-requests-metric": "sglang:num_queue_reqs",
        "--total-running-requests-metric": "sglang:num_running_reqs",
        "--kv-cache-usage-percentage-metric": "sglang:token_usage",
        "--lora-info-metric": "",
    }
    assert flags("tgi", "v1.0.0") == {
        "--total-queued-requests-metric": "tgi_queue_size",
        "--kv-cache-usage-percentage-metric": "",
        "--lora-info-metric": "",
    }
    assert flags("vllm", "v1.4.0") == flags("sglang", "v1.5.0") == {}


def test_a_picker_that_runs_is_kept_while_pools_are_not_installed() -> None:
    picker = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "llama-epp", "namespace": "llm"},
    }
    absent = [("inference.networking.k8s.io", "InferencePool")]
    found = wanted(stack(), Known([picker], absent=absent))
    [lack] = [one for one in found.lacks if one.section == "PickerReady"]
    assert (lack.kind, lack.name, lack.blocks) == ("Deployment", "llama-epp", True)


def test_without_pools_there_is_no_picker_and_no_route_and_the_cure_is_said() -> None:
    world = Known(absent=[("inference.networking.k8s.io", "InferencePool")])
    found = wanted(stack(httpRoute={"gatewayRef": "web"}), world)
    assert kinds(found) == {"Deployment"}
    assert {one.section for one in found.lacks} == {"PoolAccepted", "PickerReady", "RouteAccepted"}
    assert "Install" in found.lacks[0].message


def test_the_engine_is_told_model_port_gpus_and_where_its_weights_are() -> None:
    server = {
        "enabled": True,
        "cacheClaim": "weights",
        "args": ["--max-model-len=4096"],
        "env": [{"name": "HF_TOKEN", "secretRef": {"name": "hf", "key": "token"}}],
        "resources": {"requests": {"cpu": "4"}, "limits": {"memory": "64Gi"}},
        "runtimeClassName": "nvidia",
        "imagePullSecrets": ["pull"],
    }
    found = wanted(stack(modelServer=server, modelVersion="main"), Known())
    engine, pod = container(found, "llama"), of(found, "Deployment", "llama")["spec"]["template"]
    assert engine["command"] == ["vllm", "serve"]
    assert engine["args"][0] == "meta/llama"
    assert {"--port=8000", "--tensor-parallel-size=2", "--revision=main"} <= set(engine["args"])
    assert engine["args"][-1] == "--max-model-len=4096"
    assert engine["resources"]["limits"] == {"memory": "64Gi", "nvidia.com/gpu": "2"}
    assert engine["env"][0]["valueFrom"]["secretKeyRef"] == {"name": "hf", "key": "token"}
    volumes = {one["name"]: one for one in pod["spec"]["volumes"]}
    assert volumes["weights"]["persistentVolumeClaim"] == {"claimName": "weights"}
    assert volumes["shared-memory"]["emptyDir"]["medium"] == "Memory"
    assert pod["spec"]["runtimeClassName"] == "nvidia"
    assert pod["metadata"]["annotations"]["prometheus.io/port"] == "8000"
    terms = pod["spec"]["affinity"]["nodeAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]
    assert "NVIDIA-H100-80GB-HBM3" in str(terms)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_probe_gives_an_engine_the_time_that_its_answer_takes(backend: str) -> None:
    engine = container(wanted(stack(servingBackend=backend), Known()), "llama")
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert engine[probe]["timeoutSeconds"] >= 5, "SGLang sleeps a second before it answers"


def test_a_kind_of_gpu_that_nobody_knows_chooses_no_node_and_says_so() -> None:
    found = wanted(stack(pool={"gpuType": "Z9000"}), Known())
    assert "affinity" not in of(found, "Deployment", "llama")["spec"]["template"]["spec"]
    assert not the_lack(found, "UnknownGPU").blocks


def test_triton_without_a_model_repository_is_refused_with_the_field_that_names_one() -> None:
    found = wanted(stack(servingBackend="triton", modelServer={"enabled": True}), Known())
    assert "modelServer.cacheClaim" in the_lack(found, "NoModelRepository").message


def test_pods_that_exist_are_adopted_and_scaled_where_they_are() -> None:
    own = deployment("llama", {"app": "llama"})
    own["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "ngf-console"}
    others = deployment("engine", {"app": "llama"}), deployment("other", {"app": "other"})
    world = Known([own, *others])
    autoscaling = {
        "thresholds": [{"metric": "queue_depth", "target": 5}],
        "serverAddress": PROMETHEUS,
    }
    found = wanted(stack(modelServer=None, autoscaling=autoscaling), world)
    lack = the_lack(found, "Adopted")
    assert (lack.name, lack.blocks) == ("engine", False)
    assert "ngf-console.f5.com/inference-pool: llama-pool" in lack.message
    scaler = of(found, "ScaledObject")["spec"]
    assert scaler["scaleTargetRef"]["name"] == "engine"
    assert 'pod=~"engine-' in scaler["triggers"][0]["metadata"]["query"]


def test_of_several_deployments_it_is_said_which_is_scaled() -> None:
    autoscaling = {"thresholds": [{"metric": "cpu", "target": 70}]}
    world = Known([deployment("b", {"app": "llama"}), deployment("a", {"app": "llama"})])
    found = wanted(stack(modelServer=None, autoscaling=autoscaling), world)
    assert of(found, "ScaledObject")["spec"]["scaleTargetRef"]["name"] == "a"
    lack = the_lack(found, "OneOfSeveral")
    assert (lack.blocks, lack.message) == (
        False,
        "The Deployment a is scaled; b stay as they are.",
    )


def test_other_labels_for_pods_do_not_empty_a_pool_that_is_served() -> None:
    def selected(selector: dict[str, str], *others: Obj) -> Obj:
        found = wanted(stack(pool={"selector": selector}), Known(others))
        pods = of(found, "Deployment", "llama")["spec"]["template"]["metadata"]["labels"]
        labels = of(found, "InferencePool")["spec"]["selector"]["matchLabels"]
        assert labels.items() <= pods.items()
        return dict(labels)

    assert selected({"app": "a"}) == selected({"app": "b"})
    shared = selected({"app": "a"}, deployment("others", {"app": "a"}))
    assert shared == {"app": "a"}, "those that others run are of the pool as well"


def test_pods_of_others_are_of_a_pool_that_is_served_only_where_it_selects_them_and_says_so() -> (
    None
):
    others = Known([deployment("chat-ui", {"app": "llama"})])
    alone, shared = (
        wanted(stack(), others),
        wanted(stack(pool={"selector": {"app": "llama"}}), others),
    )
    pool = of(alone, "InferencePool")["spec"]["selector"]["matchLabels"]
    assert pool == {"ngf-console.f5.com/inference-pool": "llama-pool"}
    assert alone.lacks == ()
    lack = the_lack(shared, "Shared")
    assert (lack.section, lack.name, lack.blocks) == ("PoolAccepted", "chat-ui", False)


def test_a_pool_whose_pods_nobody_runs_has_no_engine_and_no_scaler() -> None:
    autoscaling = {"thresholds": [{"metric": "cpu", "target": 80}]}
    found = wanted(stack(modelServer=None, autoscaling=autoscaling), Known())
    assert "app=llama" in the_lack(found, "NotFound").message
    assert the_lack(found, "NoTarget").section == "AutoscalingReady"
    assert "ScaledObject" not in kinds(found)
    dead = wanted(stack(modelServer=None), Known([deployment("engine", {"app": "llama"}, 0)]))
    assert the_lack(dead, "PodsNotAvailable").blocks


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_scaler_asks_for_metrics_that_its_engine_has(backend: str) -> None:
    metrics = ("queue_depth", "kv_cache_pct", "tps", "cpu")
    autoscaling = {
        "thresholds": [{"metric": name, "target": 10} for name in metrics],
        "serverAddress": PROMETHEUS,
    }
    found = wanted(stack(servingBackend=backend, autoscaling=autoscaling), Known())
    scaler = of(found, "ScaledObject")["spec"]
    prefix = {"vllm": "vllm:", "sglang": "sglang:", "triton": "nv_", "tgi": "tgi_", "ollama": "-"}
    for trigger in scaler["triggers"]:
        if trigger["type"] == "prometheus":
            query = trigger["metadata"]["query"]
            assert prefix[backend] in query
            assert 'namespace="llm",pool="llama-pool"' in query
    missing = {one.name for one in found.lacks if one.reason == "MetricMissing" and one.blocks}
    assert missing | {
        one.get("name", one["type"]).replace("-", "_") for one in scaler["triggers"]
    } == set(metrics)
    assert {one["metricType"] for one in scaler["triggers"] if "kv" in one.get("name", "")} <= {
        "Value"
    }


def test_a_metric_that_is_none_is_refused_with_those_that_are() -> None:
    autoscaling = {"thresholds": [{"metric": "invented", "target": 1}], "serverAddress": PROMETHEUS}
    found = wanted(stack(autoscaling=autoscaling), Known())
    assert "queue_depth" in the_lack(found, "MetricMissing").message
    assert of(found, "Deployment", "llama")["spec"]["replicas"] == 2
    assert "ScaledObject" not in kinds(found)


def test_a_scaler_without_a_place_to_read_metrics_is_refused() -> None:
    autoscaling: Obj = {"thresholds": [{"metric": "queue_depth", "target": 1}]}
    found = wanted(stack(autoscaling=autoscaling), Known())
    assert "autoscaling.serverAddress" in the_lack(found, "MetricMissing").message
    hpa = wanted(stack(autoscaling={**autoscaling, "backend": "hpa"}), Known())
    assert "external.metrics.k8s.io" in the_lack(hpa, "MetricMissing").message


def test_an_hpa_reads_resources_itself_and_other_metrics_through_an_adapter() -> None:
    service: Obj = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": scaling.EXTERNAL},
        "status": {"conditions": [{"type": "Available", "status": "True"}]},
    }
    thresholds = [{"metric": "queue_depth", "target": 4}, {"metric": "cpu", "target": 70}]
    autoscaling = {"backend": "hpa", "thresholds": thresholds, "cooldownSeconds": 120}
    hpa = of(wanted(stack(autoscaling=autoscaling), Known([service])), "HorizontalPodAutoscaler")
    external, resource = hpa["spec"]["metrics"]
    assert external["external"]["metric"]["name"] == "vllm:num_requests_waiting"
    assert resource["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}
    assert hpa["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 120
    assert (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]) == (1, 4)


def test_an_api_for_metrics_that_is_kedas_own_serves_no_hpa() -> None:
    service: Obj = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": scaling.EXTERNAL},
        "spec": {"service": {"name": "keda-operator-metrics-apiserver", "namespace": "keda"}},
        "status": {"conditions": [{"type": "Available", "status": "True"}]},
    }
    thresholds = [{"metric": "queue_depth", "target": 4}]
    asked = stack(autoscaling={"backend": "hpa", "thresholds": thresholds})
    found = wanted(asked, Known([scaling.reduced(service)]))
    assert "HorizontalPodAutoscaler" not in kinds(found)
    assert "KEDA serves here" in the_lack(found, "MetricMissing").message


@pytest.mark.parametrize(
    ("backend", "before"),
    [("keda", "autoscaling/v2 HorizontalPodAutoscaler"), ("hpa", "keda.sh/v1alpha1 ScaledObject")],
)
def test_a_scaler_waits_until_that_of_the_other_backend_has_gone(backend: str, before: str) -> None:
    autoscaling = {"backend": backend, "thresholds": [{"metric": "cpu", "target": 70}]}
    version, kind = before.split()
    metadata = {"name": "llama-scaler", "namespace": "llm"}
    live: Obj = {"apiVersion": version, "kind": kind, "metadata": metadata}
    found = wanted(stack(autoscaling=autoscaling), Known([live]))
    assert the_lack(found, "TakesOver").waits
    assert not {"ScaledObject", "HorizontalPodAutoscaler"} & kinds(found)
    made = wanted(stack(autoscaling=autoscaling), Known())
    assert {"ScaledObject", "HorizontalPodAutoscaler"} & kinds(made)


def test_a_pool_that_may_sleep_is_woken_by_what_its_picker_sees() -> None:
    autoscaling = {
        "thresholds": [{"metric": "queue_depth", "target": 4}],
        "serverAddress": PROMETHEUS,
    }
    found = wanted(stack(pool={"minReplicas": 0}, autoscaling=autoscaling), Known())
    triggers = of(found, "ScaledObject")["spec"]["triggers"]
    assert "llm_d_epp_request_total" in triggers[-1]["metadata"]["query"]


@pytest.mark.parametrize(
    ("pool", "idle", "ignores"),
    [({}, {}, "false"), ({"minReplicas": 0}, {}, "true"), ({}, {"idleReplicas": 0}, "true")],
)
def test_no_answer_is_no_load_only_where_no_pod_may_be_there(
    pool: Obj, idle: Obj, ignores: str
) -> None:
    thresholds = [{"metric": "queue_depth", "target": 5}]
    asked = {"serverAddress": PROMETHEUS, "thresholds": thresholds, **idle}
    triggers = of(wanted(stack(autoscaling=asked, pool=pool), Known()), "ScaledObject")["spec"][
        "triggers"
    ]
    assert {one["metadata"]["ignoreNullValues"] for one in triggers} == {ignores}


def test_a_pool_that_nothing_could_wake_is_not_put_to_sleep() -> None:
    autoscaling = {"thresholds": [{"metric": "cpu", "target": 70}]}
    found = wanted(stack(pool={"minReplicas": 0}, autoscaling=autoscaling), Known())
    assert "ScaledObject" not in kinds(found)
    assert "autoscaling.serverAddress" in the_lack(found, "MetricMissing").message


def test_a_share_of_what_pods_request_needs_a_request() -> None:
    server = {"enabled": True, "resources": {"limits": {"memory": "64Gi"}}}
    thresholds = [{"metric": "cpu", "target": 70}, {"metric": "memory", "target": 70}]
    found = wanted(stack(modelServer=server, autoscaling={"thresholds": thresholds}), Known())
    assert "modelServer.resources.requests" in the_lack(found, "MetricMissing").message
    [trigger] = of(found, "ScaledObject")["spec"]["triggers"]
    assert trigger["type"] == "memory"


def test_a_scaler_that_cannot_be_made_as_wanted_goes_on_and_keeps_its_pods() -> None:
    autoscaling = {"thresholds": [{"metric": "invented", "target": 1}]}
    scaler: Obj = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "llama-scaler", "namespace": "llm"},
    }
    live = {**deployment("llama", {"app": "llama"}), "scalers": ["kube-controller-manager"]}
    found = wanted(stack(autoscaling=autoscaling), Known([scaler, live]))
    kept = the_lack(found, "NoThreshold")
    assert (kept.kind, kept.name, kept.blocks) == ("ScaledObject", "llama-scaler", True)
    assert "replicas" not in of(found, "Deployment", "llama")["spec"]


def test_the_number_of_pods_is_left_to_the_scaler_once_it_has_it() -> None:
    autoscaling = {"thresholds": [{"metric": "cpu", "target": 70}]}

    def replicas(scalers: list[str]) -> object:
        live = {**deployment("llama", {"app": "llama"}), "scalers": scalers}
        live["spec"] = {**live["spec"], "replicas": 7}
        found = wanted(stack(autoscaling=autoscaling), Known([live]))
        return of(found, "Deployment", "llama")["spec"].get("replicas")

    bounds = {"minReplicas": 3, "maxReplicas": 4, "replicas": 9}
    for pool, first in (({}, 2), (bounds, 4), ({**bounds, "replicas": 1}, 3)):
        new = wanted(stack(autoscaling=autoscaling, pool=dict(pool)), Known())
        assert of(new, "Deployment", "llama")["spec"]["replicas"] == first
    seen_last = deployment("llama", {"app": "llama"})
    entry = {"manager": "ngf-console-operator", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    seen_last["metadata"]["managedFields"] = [entry]
    found = wanted(stack(autoscaling=autoscaling), Known([adoption.reduced(seen_last)]))
    assert of(found, "Deployment", "llama")["spec"]["replicas"] == 1
    assert replicas(["kube-controller-manager"]) is None
    assert replicas([]) is None
    assert replicas(["ngf-console-operator"]) == 7


@pytest.mark.parametrize("by", ["ngf-console-operator", "keda", "keda-operator"])
def test_a_pool_that_was_left_without_pods_gets_the_least_when_an_hpa_takes_over(by: str) -> None:
    hpa = {"backend": "hpa", "thresholds": [{"metric": "cpu", "target": 70}]}
    keda = {**hpa, "backend": "keda"}
    live = {**deployment("llama", {"app": "llama"}), "scalers": [by]}
    live["spec"] = {**live["spec"], "replicas": 0}
    scaler = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "llama-scaler", "namespace": "llm"},
    }

    def replicas(autoscaling: Obj, *objects: Obj, least: int = 2) -> object:
        asked = stack(autoscaling=autoscaling, pool={"minReplicas": least})
        found = wanted(asked, Known([live, *objects]))
        return of(found, "Deployment", "llama")["spec"].get("replicas")

    kept = 0 if by == "ngf-console-operator" else None
    assert replicas(hpa) == 2
    assert replicas(keda) == kept
    assert replicas(hpa, scaler) == kept
    assert replicas(hpa, least=0) == kept
    live["scalers"] = ["kubectl"]
    assert replicas(hpa) is None


def test_gpus_are_read_without_capabilities_unless_profiling_is_asked_for() -> None:
    def made(**dcgm: Any) -> tuple[Obj, Obj]:
        found = of(wanted(stack(dcgm={"enabled": True, **dcgm}), Known()), "DaemonSet")
        pod = found["spec"]["template"]
        assert "dcgm-exporter" in pod["metadata"]["labels"]["app.kubernetes.io/name"]
        exporter = pod["spec"]["containers"][0]
        return exporter, exporter["securityContext"]

    own = "mirror.example/dcgm-exporter:4"
    plain, rights = made(image=own)
    assert plain["image"] == own
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert rights["runAsUser"] == 0, "the kubelet's socket, which tells pods of GPUs, is root's"
    profiling, rights = made(image=own, profiling=True)
    assert rights["capabilities"]["add"] == ["SYS_ADMIN"]
    assert profiling["image"] == gpu_metrics.IMAGE, "no image of theirs gets rights over nodes"


def exporter(
    space: str, name: str, created: str, *, ours: bool, nodes: int = 2, ready: int = 2
) -> Obj:
    labels = {"app.kubernetes.io/managed-by": "ngf-console" if ours else "Helm"}
    containers = [{"image": "nvcr.io/nvidia/k8s/dcgm-exporter:4"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": name,
            "namespace": space,
            "labels": labels,
            "creationTimestamp": created,
        },
        "spec": {"template": {"spec": {"containers": containers}}},
        "status": {"desiredNumberScheduled": nodes, "numberReady": ready},
    }


def test_an_exporter_that_runs_is_adopted_and_of_two_stacks_the_first_keeps_its_own() -> None:
    asked = stack(dcgm={"enabled": True})
    operators = exporter("gpu-operator", "nvidia-dcgm-exporter", "2026-01-03", ours=False)
    own = exporter("llm", "llama-dcgm", "2026-01-01", ours=True)
    other = exporter("llm", "qwen-dcgm", "2026-01-02", ours=True)
    assert "DaemonSet" not in kinds(wanted(asked, Known([operators, own])))
    told = the_lack(wanted(asked, Known([operators])), "Adopted").message
    assert "Another namespace's DCGM exporter" in told
    assert "gpu-operator" not in told, "who reads the stack may not see that namespace"
    assert "llm/qwen-dcgm" in the_lack(wanted(asked, Known([other])), "Adopted").message
    assert "DaemonSet" in kinds(wanted(asked, Known([own, other])))
    assert "DaemonSet" not in kinds(wanted(asked, Known([other])))
    younger = exporter("llm", "llama-dcgm", "2026-01-04", ours=True)
    assert "DaemonSet" not in kinds(wanted(asked, Known([younger, other])))


def test_an_exporter_that_measures_nothing_is_no_good_news() -> None:
    asked = stack(dcgm={"enabled": True})

    def told(*, nodes: int, ready: int) -> tuple[str, bool, str]:
        live = exporter("gpu", "dcgm", "2026", ours=False, nodes=nodes, ready=ready)
        [lack] = wanted(asked, Known([live])).lacks
        return lack.reason, lack.waits, lack.message

    assert told(nodes=2, ready=2)[:2] == ("Adopted", False)
    assert told(nodes=0, ready=0)[:2] == ("NoNode", True)
    reason, waits, message = told(nodes=2, ready=1)
    assert (reason, waits) == ("PodsNotReady", True)
    assert "1 of 2 pods are ready" in message
    broken = exporter("a", "dcgm", "2026", ours=False, ready=0)
    working = exporter("b", "dcgm", "2026", ours=False)
    assert the_lack(wanted(asked, Known([broken, working])), "Adopted")


def test_of_an_exporter_elsewhere_no_pod_is_named() -> None:
    def told(namespace: str) -> str:
        live = exporter(namespace, "dcgm", "2026", ours=True, ready=1)
        labels = {"ngf-console.f5.com/workload": "dcgm"}
        waits = {"reason": "ImagePullBackOff", "message": "registry.internal/x"}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "dcgm-7f", "namespace": namespace, "labels": labels},
            "status": {"containerStatuses": [{"state": {"waiting": waits}}]},
        }
        asked = stack(dcgm={"enabled": True})
        return the_lack(wanted(asked, Known([live, pod])), "ImagePullBackOff").message

    assert "1 of 2 pods are ready. dcgm-7f: ImagePullBackOff" in told("llm")
    assert told("gpu").endswith("1 of 2 pods are ready.")


def test_the_route_leads_to_the_pool_with_its_group() -> None:
    route = {
        "hostnames": ["llm.example"],
        "gatewayRef": "web",
        "gatewayNamespace": "edge",
        "modelHeader": "x-model",
        "pathPrefix": "/v1",
    }
    spec = of(wanted(stack(httpRoute=route), Known()), "HTTPRoute")["spec"]
    [rule] = spec["rules"]
    assert rule["backendRefs"][0]["group"] == "inference.networking.k8s.io"
    assert rule["backendRefs"][0]["name"] == "llama-pool"
    [match] = rule["matches"]
    assert match["headers"] == [{"type": "Exact", "name": "x-model", "value": "meta/llama"}]
    assert spec["parentRefs"][0]["namespace"] == "edge"
    nowhere = wanted(stack(httpRoute={"hostnames": ["a.example"]}), Known())
    assert "httpRoute.gatewayRef" in the_lack(nowhere, "NoGateway").message


def test_of_routes_that_match_the_same_requests_the_younger_says_so() -> None:
    asked = {"gatewayRef": "web", "hostnames": ["llm.example"]}

    def told(created: str, own: str = "", namespace: str = "llm", **change: Any) -> list[str]:
        [other] = [
            one.obj
            for one in wanted(stack(httpRoute={**asked, **change}), Known()).children
            if one.obj["kind"] == "HTTPRoute"
        ]
        other["metadata"] = {"name": "qwen-route", "namespace": namespace}
        other["metadata"]["creationTimestamp"] = created
        there = [other]
        if own:
            mine: Obj = of(wanted(stack(httpRoute=asked), Known()), "HTTPRoute")
            mine["metadata"]["creationTimestamp"] = own
            there.append(mine)
        found = wanted(stack(httpRoute=asked), Known(there))
        assert not any(one.blocks for one in found.lacks)
        return [one.message for one in found.lacks]

    [message] = told("2026-01-01")
    assert "llm/qwen-route is older" in message
    hidden = {**asked, "gatewayNamespace": "llm"}
    [message] = told("2026-01-01", namespace="payroll", **hidden)
    assert "Another namespace's HTTPRoute is older" in message
    assert "payroll" not in message
    assert len(told("2026-01-01", own="2026-01-02")) == 1
    assert told("2026-01-01", own="2025-12-31") == []
    assert told("2026-01-01", pathPrefix="/v1") == []
    assert told("2026-01-01", hostnames=["other.example"]) == []
    assert told("2026-01-01", gatewayRef="edge") == []


def test_a_publication_is_made_of_a_route_and_never_without_one() -> None:
    cloud = {"tenant": "t", "namespace": "n", "publicHostname": "llm.example"}
    found = wanted(stack(distributedCloud=cloud, httpRoute={"gatewayRef": "web"}), Known())
    assert of(found, "DistributedCloudPublish")["spec"]["httpRouteRef"] == "llama-route"
    assert (
        "httpRoute"
        in the_lack(wanted(stack(distributedCloud=cloud), Known()), "Incomplete").message
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_is_both_wanted_and_lacked(backend: str) -> None:
    asked = stack(servingBackend=backend, epp={"config": "kind: Pod"}, dcgm={"enabled": True})
    for each in (asked, stack(servingBackend=backend, epp={"strategy": "composite"})):
        found = wanted(each, Known())
        made = {(one.obj["kind"], one.obj["metadata"]["name"]) for one in found.children}
        assert found.lacks
        assert not made & {(one.kind, one.name) for one in found.lacks}


def test_a_stack_that_goes_wants_nothing() -> None:
    going = stack()
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    going["spec"] = {}
    assert wanted(going, Known()) == Wanted(())
