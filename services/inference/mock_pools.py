"""The pools of the mock."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.inference.results import PoolStatus


def pools_on(cluster: str, now: datetime) -> list[PoolStatus]:
    """The four, by name."""

    def pool(namespace: str, name: str, hours: int, **more: Any) -> PoolStatus:
        created = now - timedelta(hours=hours)
        made = PoolStatus(cluster, namespace, name, selector={"app": name}, created_at=created)
        return replace(made, **more)

    return [
        pool(
            "inference",
            "codellama-34b-prod",
            120,
            model_name="codellama/CodeLlama-34b-Instruct-hf",
            model_version="v2.0",
            serving_backend="tgi",
            gpu_type="A100",
            gpu_count=2,
            replicas=4,
            ready_replicas=4,
            min_replicas=2,
            max_replicas=8,
            status="Ready",
            status_reason="all endpoints are ready",
        ),
        pool(
            "inference",
            "llama3-70b-prod",
            72,
            model_name="meta-llama/Llama-3-70B-Instruct",
            model_version="v1.2",
            serving_backend="vllm",
            gpu_type="H100",
            gpu_count=4,
            replicas=6,
            ready_replicas=6,
            min_replicas=2,
            max_replicas=12,
            status="Ready",
            status_reason="all endpoints are ready",
        ),
        pool(
            "inference",
            "mixtral-8x7b-staging",
            48,
            model_name="mistralai/Mixtral-8x7B-Instruct-v0.1",
            model_version="v0.1",
            serving_backend="vllm",
            gpu_type="A100",
            gpu_count=2,
            replicas=3,
            ready_replicas=3,
            min_replicas=1,
            max_replicas=8,
            status="Ready",
            status_reason="all endpoints are ready",
        ),
        pool(
            "dev",
            "phi3-mini-dev",
            24,
            model_name="microsoft/Phi-3-mini-4k-instruct",
            serving_backend="triton",
            gpu_type="L40S",
            gpu_count=1,
            replicas=2,
            ready_replicas=1,
            min_replicas=1,
            max_replicas=4,
            status="Degraded",
            status_reason="1 of 2 endpoints are ready.",
        ),
    ]
