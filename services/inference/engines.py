"""What each inference engine tells of itself, and why a field of it stays empty.

An engine that has no metric for something tells nothing about it, which is not 0. Names of metrics
are those that ``migrations/m0006_metric_views.sql`` reads.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

FIELDS = (
    "ttft",
    "itl",
    "e2e",
    "queue_time",
    "prefill",
    "decode",
    "waiting",
    "running",
    "kv_cache",
    "prefix_cache",
    "prompt_tokens",
    "generation_tokens",
    "requests",
    "errors",
    "preemptions",
)
"""What the console shows of an engine."""

_SAID = {
    "ttft": "time to first token",
    "itl": "time between tokens",
    "e2e": "time of a whole request",
    "queue_time": "time in its queue",
    "prefill": "time of the prefill",
    "decode": "time of the decoding",
    "waiting": "waiting requests",
    "running": "running requests",
    "kv_cache": "use of the KV cache",
    "prefix_cache": "hits of the prefix cache",
    "prompt_tokens": "tokens of prompts",
    "generation_tokens": "generated tokens",
    "requests": "requests",
    "errors": "failed requests",
    "preemptions": "preemptions",
}


@dataclass(frozen=True, slots=True)
class Engine:
    """``lacks`` has a sentence for each field that the engine has no metric for; ``means`` are
    fields of which it counts only sums, so that there is a mean and no percentile."""

    name: str
    title: str
    lacks: Mapping[str, str] = field(default_factory=dict)
    means: frozenset[str] = frozenset()


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("vllm", "vLLM"),
        Engine(
            "sglang",
            "SGLang",
            {
                "prefill": "SGLang measures stages under names of its version, not the prefill.",
                "decode": "SGLang measures stages under names of its version, not the decoding.",
            },
        ),
        Engine(
            "triton",
            "Triton",
            {
                "itl": "Triton exposes no time between tokens.",
                "prefill": "Triton does not tell the prefill from the decoding.",
                "decode": "Triton does not tell the prefill from the decoding.",
                "prefix_cache": "Triton counts hits of its response cache, which is another thing.",
                "prompt_tokens": "Triton counts no tokens.",
                "generation_tokens": "Triton counts no tokens.",
                "preemptions": "Triton counts no preemptions.",
            },
            frozenset({"e2e", "queue_time"}),
        ),
        Engine(
            "tgi",
            "TGI",
            {
                "ttft": "TGI exposes no time to first token.",
                "itl": "TGI exposes no time between tokens, only the mean of each request.",
                "kv_cache": "TGI exposes no KV cache metric.",
                "prefix_cache": "TGI exposes no prefix cache metric.",
                "preemptions": "TGI counts no preemptions.",
            },
        ),
    )
}

_SOMETIMES = {
    ("triton", "ttft"): "Triton measures it only of models that stream (decoupled ones).",
    ("triton", "running"): "Triton tells it only with the TensorRT-LLM backend.",
    ("triton", "kv_cache"): "Triton tells it only with the TensorRT-LLM backend.",
    ("vllm", "kv_cache"): "vLLM tells it once it has allocated the cache.",
}
"""What an engine tells under conditions."""


def title(name: str) -> str:
    """An engine as people call it; other names stay."""
    return ENGINES[name].title if name in ENGINES else name


def titles(names: Collection[str]) -> str:
    """Several of them: ``SGLang and vLLM``."""
    return " and ".join(sorted(map(title, names)))


def lacks(engines: Collection[str], what: str) -> str | None:
    """Why none of ``engines`` can tell ``what``; None where one of them can."""
    told = [ENGINES[name].lacks.get(what) for name in sorted(engines) if name in ENGINES]
    known = [reason for reason in told if reason]
    return " ".join(known) if known and len(known) == len(told) else None


def why_missing(engines: Collection[str], what: str) -> str:
    """Why nothing is known of ``what`` on pods with these engines, in sentences."""
    if not engines:
        return "No metrics of an engine have come from here in this range."
    if reason := lacks(engines, what):
        return reason
    sometimes = [_SOMETIMES[one, what] for one in sorted(engines) if (one, what) in _SOMETIMES]
    if sometimes:
        return " ".join(sometimes)
    return f"{titles(engines)} has told nothing of {_SAID[what]} in this range."


def only_means(engines: Collection[str], what: str) -> bool:
    """Whether all of ``engines`` count just the sum of ``what``."""
    known = [ENGINES[name] for name in engines if name in ENGINES]
    return bool(known) and all(what in engine.means for engine in known)
