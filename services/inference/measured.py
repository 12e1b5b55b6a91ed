"""A load on an endpoint in numbers: while it runs and when it has ended, with what they rest on.

Everything is as seen from the console's machine: the way to the endpoint is part of each number.
"""

from typing import Any
from urllib.parse import urlsplit

from services.inference.load import DRAIN_SECONDS, Load
from services.inference.spread import Spread

LATE_MS = 20.0
"""The console's own lateness from which on it is said to be the limit."""
_SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def progress(load: Load) -> dict[str, Any]:
    """Counts so far."""
    return {
        "elapsedSec": round(load.elapsed, 1),
        "totalRequests": load.ended + load.failed,
        "succeeded": load.ended,
        "failed": load.failed,
        "inFlight": load.in_flight,
        "avgTtftMs": _rounded(load.ttft.mean),
        "avgThroughput": _throughput(load),
        "timeline": timeline(load),
    }


def result(load: Load, host: str) -> dict[str, Any]:
    """Everything that was measured; null with its reason where nothing was."""
    ended = load.ended + load.failed
    return {
        "durationSec": round(load.elapsed, 1),
        "totalRequests": ended,
        "unfinished": load.unfinished,
        "successRate": load.ended / ended if ended else None,
        **{f"{name}TtftMs": value for name, value in _spread(load.ttft).items()},
        "interTokenMs": _spread(load.gaps),
        "totalMs": _spread(load.whole),
        "avgThroughput": _throughput(load),
        "requestsPerSec": _request_rate(load),
        "answerTokens": load.answer_tokens if load.ended else None,
        "promptTokens": _per_answer(load),
        "errors": [
            {"code": code, "message": message, "count": count}
            for (code, message), count in sorted(load.errors.items(), key=lambda one: -one[1])
        ],
        "timeline": timeline(load),
        "vantagePoint": vantage(load, host),
        "tokensFrom": _source(load),
        "clientLagMs": _rounded(load.lag.percentile(0.99)),
        "reasons": _reasons(load),
    }


def timeline(load: Load) -> list[dict[str, Any]]:
    """Each second of the run."""
    scale = _tokens_per_piece(load)
    return [
        {
            "second": at,
            "requests": one.ended,
            "failed": one.failed,
            "tokens": round(one.pieces * scale, 1),
            "ttftMs": _rounded(one.ttft_sum / one.ttft_count if one.ttft_count else None),
        }
        for at, one in enumerate(list(load.seconds))
    ]


def vantage(load: Load, host: str) -> str:
    """From where to where, in a sentence."""
    where = urlsplit(load.plan.url).netloc
    found = f" ({', '.join(sorted(load.addresses))})" if load.addresses else ""
    return f"Measured by the console on {host}, over the network to {where}{found}."


def _spread(spread: Spread) -> dict[str, float | None]:
    mean = {"avg": _rounded(spread.mean)}
    return mean | {name: _rounded(spread.percentile(share)) for name, share in _SHARES}


def _request_rate(load: Load) -> float | None:
    """Answers a second, those of the time of the run."""
    answers = sum(second.ended for second in list(load.seconds))
    return _rounded(answers / load.elapsed if load.elapsed else None)


def _throughput(load: Load) -> float | None:
    """Tokens a second of all users together, those of the time of the run."""
    if not load.pieces or not load.elapsed:
        return None
    pieces = sum(second.pieces for second in list(load.seconds))
    return _rounded(pieces * _tokens_per_piece(load) / load.elapsed)


def _tokens_per_piece(load: Load) -> float:
    """1 unless the server counts otherwise than it streams."""
    return load.answer_tokens / load.pieces if load.pieces else 1.0


def _per_answer(load: Load) -> float | None:
    return _rounded(load.prompt_tokens / load.told) if load.told and load.prompt_tokens else None


def _source(load: Load) -> str | None:
    if not load.ended:
        return None
    if load.told == load.ended:
        return "the server's count (usage)"
    return "pieces of the stream, which are tokens with most servers"


def _reasons(load: Load) -> dict[str, str]:
    said = {}
    if not load.ttft.count:
        said["avgTtftMs"] = "No answer began."
    if not load.ended + load.failed:
        said["successRate"] = "No request ended within the time of the run."
    if load.unfinished:
        said["unfinished"] = (
            f"Under way {DRAIN_SECONDS:g} s after the end, or when it was cancelled; in no rate."
        )
    if not load.gaps.count:
        said["interTokenMs"] = "No answer had a second piece."
    if not load.told:
        said["promptTokens"] = "The server counts no tokens of prompts."
    if (lag := load.lag.percentile(0.99) or 0.0) > LATE_MS:
        said["clientLagMs"] = (
            f"The console itself was late by {lag:.0f} ms: the numbers are partly its own."
        )
    return said


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
