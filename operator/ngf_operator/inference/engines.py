"""How each engine is run: image, command, port, where it keeps weights, how it says that it is up.

Sources: vLLM ``vllm serve --help``; SGLang ``sglang/srt/server_args.py``; TGI
``text-generation-launcher --help``; Triton ``python/openai/README.md`` (its OpenAI frontend, which
also has its metrics at the same port); Ollama ``docs/faq.md``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

SHELL = ("/bin/sh", "-c")
_OLLAMA = (
    "ollama serve & until ollama list >/dev/null 2>&1; do sleep 1; done; "
    'ollama pull "$OLLAMA_MODEL" && wait'
)
_OLLAMA_HAS_IT = (*SHELL, 'ollama show "$OLLAMA_MODEL" >/dev/null 2>&1')


@dataclass(frozen=True, slots=True)
class Run:
    """What an engine is started for. ``revision`` is "" where none is asked for."""

    model: str
    revision: str
    port: int
    gpus: int

    @property
    def tagged(self) -> str:
        """The model with its version behind a colon, as Ollama names models."""
        return f"{self.model}:{self.revision}" if self.revision else self.model


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine. ``cache`` is where it looks for weights, ``health`` the path that answers once it
    can serve, or a command that succeeds then. ``loads_seconds`` is how long a large model may take
    until then. ``metrics`` is False for an engine that has none."""

    name: str
    title: str
    image: str
    port: int
    command: tuple[str, ...]
    arguments: Callable[[Run], list[str]]
    cache: str
    health: str | tuple[str, ...] = "/health"
    environment: Callable[[Run], dict[str, str]] = field(default=lambda run: {})
    metrics: bool = True
    loads_seconds: int = 1800
    repository: bool = False
    """Whether the claim must hold a model repository, because the engine fetches nothing."""


def _vllm(run: Run) -> list[str]:
    found = [run.model, f"--served-model-name={run.model}", "--host=0.0.0.0", f"--port={run.port}"]
    found += [f"--revision={run.revision}"] * bool(run.revision)
    return found + [f"--tensor-parallel-size={run.gpus}"] * (run.gpus > 1)


def _sglang(run: Run) -> list[str]:
    found = [f"--model-path={run.model}", f"--served-model-name={run.model}"]
    found += ["--host=0.0.0.0", f"--port={run.port}", "--enable-metrics"]
    found += [f"--revision={run.revision}"] * bool(run.revision)
    return found + [f"--tp={run.gpus}"] * (run.gpus > 1)


def _tgi(run: Run) -> list[str]:
    found = [f"--model-id={run.model}", "--hostname=0.0.0.0", f"--port={run.port}"]
    found += [f"--revision={run.revision}"] * bool(run.revision)
    return found + [f"--num-shard={run.gpus}"] * (run.gpus > 1)


def _triton(run: Run) -> list[str]:
    found = ["--model-repository=/models", f"--tokenizer={run.model}"]
    return [*found, "--host=0.0.0.0", f"--openai-port={run.port}"]


ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            "vllm",
            "vLLM",
            "vllm/vllm-openai:v0.33.0",
            8000,
            ("vllm", "serve"),
            _vllm,
            "/root/.cache/huggingface",
        ),
        Engine(
            "sglang",
            "SGLang",
            "lmsysorg/sglang:v0.5.23",
            30000,
            ("python3", "-m", "sglang.launch_server"),
            _sglang,
            "/root/.cache/huggingface",
        ),
        Engine(
            "tgi",
            "TGI",
            "ghcr.io/huggingface/text-generation-inference:3.3.6",
            8080,
            (),
            _tgi,
            "/data",
        ),
        Engine(
            "triton",
            "Triton",
            "nvcr.io/nvidia/tritonserver:25.12-vllm-python-py3",
            8000,
            ("python3", "/opt/tritonserver/python/openai/openai_frontend/main.py"),
            _triton,
            "/models",
            health="/health/ready",
            repository=True,
        ),
        Engine(
            "ollama",
            "Ollama",
            "ollama/ollama:0.18.2",
            11434,
            SHELL,
            lambda run: [_OLLAMA],
            "/root/.ollama",
            health=_OLLAMA_HAS_IT,
            environment=lambda run: {
                "OLLAMA_HOST": f"0.0.0.0:{run.port}",
                "OLLAMA_MODEL": run.tagged,
                "OLLAMA_KEEP_ALIVE": "-1",
            },
            metrics=False,
        ),
    )
}
"""By the name that servingBackend gives."""
