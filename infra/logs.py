"""Structured logs: one JSON object a line on standard output, with the request, tenant, actor and job it belongs to.

Messages are fixed text and ids go in fields, never objects or names: a log line must not carry protected health information.
"""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs(level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to standard output as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log() -> structlog.typing.FilteringBoundLogger:
    """The logger of this process; bind nothing to it, use `bind_context`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def bind_context(**ids: str) -> None:
    """Put ids (`request_id`, `tenant_id`, `actor_id`, `job_id`) on every line of this request or job."""
    structlog.contextvars.bind_contextvars(**ids)


def clear_context() -> None:
    """Forget the ids of the request or job that just ended."""
    structlog.contextvars.clear_contextvars()
