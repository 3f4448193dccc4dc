"""What the caller's environment says about the embedded run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from infra.dev.errors import StackError
from infra.dev.setup import ROOT
from infra.dev.stack import ALL

#: naming one of these uses an outside service in place of the embedded one
OUTSIDE = {
    "DATABASE_URL": "postgres",
    "REDIS_URL": "redis",
    "S3_ENDPOINT_URL": "s3",
    "SMTP_URL": "mail",
    "NPPES_URL": "nppes",
}
#: passed on to the product as they are
PASSED_ON = (
    *("MAIL_FROM", "LEIE_URL", "SECRET_KEY", "FIELD_KEY", "PUBLIC_URL", "CLAMD_URL", "SMTP_URL", "NPPES_URL"),
    *(
        "REDIS_URL",
        "S3_ENDPOINT_URL",
        "S3_BUCKET",
        "S3_ACCESS_KEY_ID",
        "S3_SECRET_ACCESS_KEY",
        "S3_REGION",
        "LOG_LEVEL",
    ),
    *(
        "CAQH_URL",
        "CAQH_ORGANIZATION_ID",
        "CAQH_USERNAME",
        "CAQH_PASSWORD",
        "SAM_URL",
        "SAM_API_KEY",
        "CMS_ENROLLMENT_URL",
        "CMS_REASSIGNMENT_URL",
        "OPT_OUT_URL",
        "LICENSE_URL",
        "LICENSE_STATE",
    ),
)


@dataclass(frozen=True)
class Options:
    """The embedded run as it was asked for. `given` are the variables that override what the stack would choose."""

    port: int
    state: Path
    demo: bool
    object_store: str
    bucket: str
    origins: tuple[str, ...]
    services: frozenset[str]
    given: Mapping[str, str]


def read_options(environ: Mapping[str, str]) -> Options:
    """Reads the environment. Raises StackError with one line when something in it cannot be meant."""
    named = {key: value for key, value in environ.items() if value}
    off = {service for variable, service in OUTSIDE.items() if variable in named}
    if "CLAMD_URL" in environ:  # also when empty: then there is no scanner at all
        off.add("clamd")
    given = {key: environ[key] for key in PASSED_ON if key in named}
    if "s3" in off:
        _need(named, "S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")
        given.setdefault("S3_BUCKET", "onpanel")
    if "redis" in off:
        given["CACHE_REDIS_URL"] = named.get("CACHE_REDIS_URL") or _cache_url(named["REDIS_URL"])
    demo = named.get("ONPANEL_DEMO", "1")
    if demo not in {"0", "1"}:
        raise StackError(f"ONPANEL_DEMO is {demo!r}; it can be 1 (demo vendor) or 0 (empty, one administrator).")
    public = urlsplit(named.get("PUBLIC_URL", ""))
    return Options(
        port=_port(named.get("ONPANEL_PORT", "8000")),
        state=(ROOT / named.get("ONPANEL_STATE", ".state")).absolute(),
        demo=demo == "1",
        object_store=named.get("EMBEDDED_S3", "swift"),
        bucket=named.get("S3_BUCKET", "onpanel"),
        origins=(f"{public.scheme}://{public.netloc}",) if public.netloc else (),
        services=frozenset(ALL) - off,
        given=given,
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StackError(f"ONPANEL_PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _need(named: Mapping[str, str], because: str, *names: str) -> None:
    missing = [name for name in names if name not in named]
    if missing:
        raise StackError(f"{because} is set, so {' and '.join(missing)} must be set too.")


def _cache_url(queue_url: str) -> str:
    """The cache beside the queue: database 1 when the queue has database 0, else the same one."""
    parts = urlsplit(queue_url)
    return urlunsplit(parts._replace(path="/1")) if parts.path in {"", "/", "/0"} else queue_url
