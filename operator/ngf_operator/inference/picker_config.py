"""The EndpointPickerConfig: made of strategy and weights, or the text that was given, checked.

The picker reads it once, when it starts. Sources: llm-d-router ``apix/config/v1alpha1`` and
``pkg/epp/framework/plugins``; Gateway API Inference Extension 1.5 ``config/charts/epplib``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from ngf_operator.inference import picker_yaml
from ngf_operator.inference.picker_image import CONFIG, CONFIG_OLD, EXPERIMENTAL, PickerImage

QUEUE, KV_CACHE, PREFIX = "queueDepth", "kvCache", "prefixAffinity"
SCORERS = {
    QUEUE: "queue-scorer",
    KV_CACHE: "kv-cache-utilization-scorer",
    PREFIX: "prefix-cache-scorer",
}
"""The scorer of each weight."""
STRATEGIES: dict[str, dict[str, int]] = {
    "least_queue": {QUEUE: 3, KV_CACHE: 1},
    "kv_cache": {KV_CACHE: 3, QUEUE: 1},
    "prefix_affinity": {PREFIX: 3, QUEUE: 1, KV_CACHE: 1},
    "composite": {QUEUE: 2, KV_CACHE: 2, PREFIX: 3},
}
"""Weights of a strategy; those of composite unless others are given. The second one decides
between pods that are alike in what counts most."""
KIND = "EndpointPickerConfig"
_QUEUE_LIMIT, _KV_CACHE_LIMIT = 5, 0.8
"""Waiting requests and share of the cache from which on a pod counts as saturated."""
_SAID, _LONGEST = 5, 400
"""Faults of a text that are said, and the characters of one."""
_PASSES = "passthrough-parser"
"""What takes a request of any API. Others read its body by its path, which NGINX Gateway Fabric
does not tell, so that they take every request for a completion and refuse all that are none."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What the picker can read of an engine. ``specs`` name its metrics, in the words of the
    picker; ``known`` are engines of which the picker of llm-d knows them by itself."""

    engine: str
    specs: Mapping[str, str]
    queue: bool = True
    kv_cache: bool = True
    known: bool = False


READABLE = {
    "vllm": Readable("vllm", {}, known=True),
    "sglang": Readable(
        "sglang",
        known=True,
        specs={
            "queuedRequestsSpec": "sglang:num_queue_reqs",
            "runningRequestsSpec": "sglang:num_running_reqs",
            "kvUsageSpec": "sglang:token_usage",
        },
    ),
    "tgi": Readable(
        "tgi",
        kv_cache=False,
        specs={
            "queuedRequestsSpec": "tgi_queue_size",
            "runningRequestsSpec": "tgi_batch_current_size",
        },
    ),
    "triton": Readable(
        "triton",
        kv_cache=False,
        specs={
            "queuedRequestsSpec": "nv_inference_pending_request_count",
            "runningRequestsSpec": "nv_inference_exec_count",
        },
    ),
    "triton-tensorrt-llm": Readable(
        "triton-tensorrt-llm",
        specs={
            "queuedRequestsSpec": "nv_trt_llm_request_metrics{request_type=waiting}",
            "runningRequestsSpec": "nv_trt_llm_request_metrics{request_type=scheduled}",
            "kvUsageSpec": "nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=fraction}",
        },
    ),
}
"""By engine, Triton with the TensorRT-LLM backend apart."""


def readable(engine: str, image: str) -> Readable | None:
    """What the picker can read of an engine that runs from ``image``; None: it has no metrics."""
    if engine == "triton" and "trtllm" in image:
        return READABLE["triton-tensorrt-llm"]
    return READABLE.get(engine)


def weights(epp: Mapping[str, Any]) -> dict[str, int]:
    """The weights that a strategy stands for, without those that are 0."""
    strategy = epp.get("strategy") or "least_queue"
    given = epp.get("weights") if strategy == "composite" else None
    return {name: weight for name, weight in (given or STRATEGIES[strategy]).items() if weight > 0}


def blind(asked: Mapping[str, int], seen: Readable | None) -> list[str]:
    """The weights among ``asked`` that mean nothing, because the engine has no metric for them."""
    has = {QUEUE: bool(seen and seen.queue), KV_CACHE: bool(seen and seen.kv_cache), PREFIX: True}
    return [name for name in asked if not has[name]]


def text(asked: Mapping[str, int], seen: Readable | None, image: PickerImage) -> str:
    """The configuration as YAML. Without a scorer that means something, any pod is picked."""
    used = {
        SCORERS[name]: weight for name, weight in asked.items() if name not in blind(asked, seen)
    }
    plugins: list[dict[str, Any]] = [{"type": scorer} for scorer in used]
    if SCORERS[PREFIX] in used and image.has_own_dialect:
        plugins.append({"type": "approx-prefix-cache-producer", "parameters": {"autoTune": True}})
    picker = "max-score-picker" if used else "random-picker"
    plugins += [{"type": picker}, {"type": "single-profile-handler"}]
    if seen and image.reads_metrics_by_plugins:
        plugins += _metrics(seen)
    if seen and image.has_own_dialect:
        limits = {"queueDepthThreshold": _QUEUE_LIMIT, "kvCacheUtilThreshold": _KV_CACHE_LIMIT}
        plugins.append({"type": "utilization-detector", "parameters": limits})
    passes = SCORERS[PREFIX] not in used and image.may_pass_bodies
    if passes:
        plugins.append({"type": _PASSES})
    refs: list[dict[str, Any]] = [
        {"pluginRef": name, "weight": weight} for name, weight in used.items()
    ]
    config: dict[str, Any] = {
        "apiVersion": image.config_versions[0],
        "kind": KIND,
        "plugins": plugins,
        "schedulingProfiles": [{"name": "default", "plugins": [*refs, {"pluginRef": picker}]}],
    }
    if passes:
        config["requestHandler"] = {"parsers": [{"pluginRef": _PASSES}]}
    return yaml.safe_dump(config, sort_keys=False)


def _metrics(seen: Readable) -> list[dict[str, Any]]:
    parameters: dict[str, Any] = {"defaultEngine": seen.engine}
    if not seen.known:
        parameters["engineConfigs"] = [{"name": seen.engine, **seen.specs}]
    return [
        {"type": "metrics-data-source", "parameters": {"scheme": "http", "path": "/metrics"}},
        {"type": "core-metrics-extractor", "parameters": parameters},
    ]


def metric_flags(seen: Readable | None, image: PickerImage) -> list[str]:
    """The flags that name the metrics of an engine for an image without plugins for that; "" is
    none. Such an image knows those of vLLM by itself."""
    if seen is None or image.reads_metrics_by_plugins or seen.engine == "vllm":
        return []
    named = {
        "total-queued-requests-metric": "queuedRequestsSpec",
        "kv-cache-usage-percentage-metric": "kvUsageSpec",
        "lora-info-metric": "",
    }
    if image.is_from(1, 3):
        named["total-running-requests-metric"] = "runningRequestsSpec"
    return [f"--{flag}={seen.specs.get(spec, '')}" for flag, spec in named.items()]


@lru_cache(maxsize=1024)
def _types(config: str) -> frozenset[str]:
    plugins = picker_yaml.read(config).get("plugins") or []
    return frozenset(str(one.get("type")) for one in plugins)


def experimental(config: str) -> bool:
    """Whether a configuration has plugins that the picker loads only when it is allowed to."""
    return bool(_types(config) & EXPERIMENTAL)


@lru_cache(maxsize=1024)
def takes_any_request(config: str) -> bool:
    """Whether the picker takes requests whose path it is not told, whatever API they are for."""
    read = picker_yaml.read(config)
    kinds = {str(one.get("name") or one["type"]): one["type"] for one in read.get("plugins") or []}
    parsers = _part(read, "requestHandler").get("parsers") or [_part(read, "parser")]
    refs = [one.get("pluginRef") for one in parsers] if _maps(parsers) else []
    return any(kinds.get(str(ref)) == _PASSES for ref in refs)


def _part(read: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = read.get(name)
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=256)
def faults(config: str, image: PickerImage) -> tuple[str, ...]:
    """What is wrong with a text that was given, each a sentence; the picker would not start. The
    first few are said, and how many follow."""
    try:
        read = picker_yaml.read(config)
    except picker_yaml.Unreadable as unreadable:
        return (_cut(str(unreadable)),)
    if not isinstance(read, dict) or read.get("kind") != KIND:
        return (f"Its kind must be {KIND}.",)
    found = list(_faults(read, image))
    said = [_cut(each) for each in found[:_SAID]]
    more = len(found) - len(said)
    return (*said, f"{more} more faults follow.") if more else tuple(said)


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…"


def _faults(read: Mapping[str, Any], image: PickerImage) -> Iterator[str]:
    if (version := read.get("apiVersion")) not in image.config_versions:
        yield (
            f"Its apiVersion must be {image.config_versions[0]} for the image {image.image}"
            f"{'; this one is of other pickers' if version in (CONFIG, CONFIG_OLD) else ''}."
        )
    plugins = read.get("plugins") or []
    if not _maps(plugins) or any(not one.get("type") for one in plugins):
        yield "Each of its plugins needs a type."
        return
    types = [str(one.get("name") or one["type"]) for one in plugins]
    for name in sorted(name for name, times in Counter(types).items() if times > 1):
        yield f"Two of its plugins are called {name}."
    profiles = read.get("schedulingProfiles") or []
    if not _maps(profiles) or any(not _maps(one.get("plugins") or []) for one in profiles):
        yield "Each of its schedulingProfiles needs a name and a list of plugins."
        return
    kinds = {str(one.get("name") or one["type"]): str(one["type"]) for one in plugins}
    for profile in profiles:
        if not profile.get("name"):
            yield "Each of its schedulingProfiles needs a name."
        for ref in profile.get("plugins") or []:
            yield from _ref_faults(profile, ref, kinds)
    for place, name in _other_refs(read):
        if name not in kinds:
            yield f"{place} names the plugin {name}, which is not declared."


def _ref_faults(
    profile: Mapping[str, Any], ref: Mapping[str, Any], kinds: Mapping[str, str]
) -> Iterator[str]:
    name = str(ref.get("pluginRef") or "")
    if name not in kinds:
        called = name or "(none)"
        yield f"The profile {profile.get('name')} names the plugin {called}, which is not declared."
        return
    if "weight" not in ref:
        return
    if not _scores(kinds[name]):
        yield f"The profile {profile.get('name')} gives {name} a weight, which only scorers have."
    elif isinstance(ref["weight"], bool) or not isinstance(ref["weight"], int | float):
        yield f"The weight of {name} must be a number."


def _scores(kind: str) -> bool:
    """Whether plugins of a type are scorers; types that nobody here knows may be."""
    others = (
        "-filter",
        "-picker",
        "-handler",
        "-producer",
        "-detector",
        "-source",
        "-extractor",
        "-parser",
    )
    return not kind.endswith(others)


def _other_refs(found: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Names of plugins anywhere but in profiles, each with where it stands."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key in ("pluginRef", "usageLimitPolicyPluginRef") and isinstance(value, str):
                yield place or key, value
            elif not (place == "" and key in ("schedulingProfiles", "plugins")):
                yield from _other_refs(value, f"{place}.{key}" if place else str(key))
    elif isinstance(found, list):
        for number, each in enumerate(found):
            yield from _other_refs(each, f"{place}[{number}]")


def _maps(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(one, dict) for one in found)
