"""A request as vLLM's span tells it: tokens and latencies. Other engines of the demo write none.

The engine names a request by what its client called it, or by a name that only it knows.
"""

from random import Random

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from services.demo.traffic.exports import Outbox, Resource, describe, nanoseconds
from services.demo.traffic.requests import Prompt
from services.demo.traffic.rhythm import uuid

SCOPE = "vllm.llm_engine"


def tell(outbox: Outbox, pod: Resource, prompt: Prompt, model: str, chance: Random) -> None:
    """Write the span of a request that has ended."""
    name = prompt.request_id if prompt.named else uuid(chance)
    span = outbox.span(pod, SCOPE)
    span.trace_id = chance.getrandbits(128).to_bytes(16, "big")
    span.span_id = chance.getrandbits(64).to_bytes(8, "big")
    span.flags = 1
    span.name = "llm_request"
    span.kind = Span.SPAN_KIND_SERVER
    span.start_time_unix_nano = nanoseconds(prompt.arrived)
    span.end_time_unix_nano = nanoseconds(prompt.ended)
    describe(
        span.attributes,
        {
            "gen_ai.latency.time_to_first_token": prompt.first - prompt.arrived,
            "gen_ai.latency.e2e": prompt.ended - prompt.arrived,
            "gen_ai.latency.time_in_queue": prompt.began - prompt.arrived,
            "gen_ai.latency.time_in_model_prefill": prompt.first - prompt.began,
            "gen_ai.latency.time_in_model_decode": prompt.ended - prompt.first,
            "gen_ai.latency.time_in_model_inference": prompt.ended - prompt.began,
            "gen_ai.usage.prompt_tokens": prompt.prompt,
            "gen_ai.usage.completion_tokens": prompt.output,
            "gen_ai.request.id": f"chatcmpl-{name}",
            "gen_ai.request.max_tokens": 1_500,
            "gen_ai.request.temperature": 0.7,
            "gen_ai.request.n": 1,
            "gen_ai.response.model": model,
        },
    )
