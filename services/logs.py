"""Logs: one JSON object a line on standard error, and no secret in any of them.

Our own lines (structlog) and those of libraries (the logging module) take the same way out, through
one processor that masks what looks like a credential: values under telling names, bearer headers,
our API tokens, JWTs, passwords in URLs. It is the second fence: callers do not log secrets in the
first place.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "***"

_TELLING = re.compile(
    r"(?i)^(authorization|proxy-authorization|cookie|set-cookie|code|state|nonce|"
    r".*(password|passwd|secret|token|(api|private|secret)[-_]?key|credential|kubeconfig|"
    r"client-key-data|session))$"
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"ngfc_[A-Za-z0-9]+_[A-Za-z0-9_-]+"), MASK),
    (re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"://([^/\s:@]*):[^\s\"']+@"), rf"://\1:{MASK}@"),
    (
        re.compile(
            r"(?i)\b((?:client-key-data|token|password|passwd|secret|client_secret|code|cookie|"
            r"set-cookie)(?:=|:\s|[\"']\s*:)\s*[\"']?)[^\s\"'&,;}]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(ngf-console(?:-\d+)?=)[^\s\"',;}]+"), rf"\1{MASK}"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END|\Z)", re.S), MASK),
)


def redacted(value: Any) -> Any:
    """``value`` with everything that looks like a credential masked, at any depth."""
    if isinstance(value, str):
        for shape, replacement in _SHAPES:
            value = shape.sub(replacement, value)
        return value
    if isinstance(value, bytes):
        return redacted(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {
            key: MASK if isinstance(key, str) and _TELLING.match(key) and item else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redacted(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return redacted(str(value))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The structlog processor."""
    internal = {key: event.pop(key) for key in ("_record", "_from_structlog") if key in event}
    return {**redacted(event), **internal}


def configure(level: str = "info") -> None:
    """Send every log line of this process through the redaction to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        structlog.processors.StackInfoRenderer(),
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("alembic", "urllib3", "asyncio", "leaderelection"):
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a turn left out is made up for
    for name in ("gunicorn.error", "gunicorn.access", "werkzeug"):
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
