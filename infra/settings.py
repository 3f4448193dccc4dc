"""Typed settings, read from the environment once per process; every default is harmless in public."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from environs import Env


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a process is told from outside. Times are seconds, sizes bytes."""

    environment: str
    database_url: str
    worker_database_url: str
    relay_database_url: str
    migrator_database_url: str
    redis_url: str
    cache_redis_url: str
    s3_endpoint_url: str
    s3_bucket: str
    s3_access_key_id: str
    s3_secret_access_key: str
    s3_region: str
    smtp_url: str
    mail_from: str
    mail_dir: str
    clamd_url: str
    nppes_url: str
    leie_url: str
    sam_url: str
    sam_api_key: str
    cms_enrollment_url: str
    cms_reassignment_url: str
    opt_out_url: str
    license_url: str
    license_state: str
    caqh_url: str
    caqh_organization_id: str
    caqh_username: str
    caqh_password: str
    secret_key: str
    field_key: str
    public_url: str
    egress_allow: frozenset[str]
    session_idle_s: int
    session_absolute_s: int
    log_level: str
    max_upload_bytes: int = 512 * 1024 * 1024
    multipart_from_bytes: int = 64 * 1024 * 1024
    presign_ttl_s: int = 900

    @property
    def is_embedded(self) -> bool:
        """True for the embedded stack and the tests: development pages exist, cookies may travel over plain HTTP."""
        return self.environment in {"embedded", "test"}


def read_settings() -> Settings:
    """Read the environment. Raises `environs.EnvError` naming the variable that is missing or malformed."""
    env = Env()
    database_url = env.str("DATABASE_URL")
    redis_url = env.str("REDIS_URL")
    return Settings(
        environment=env.str("ONPANEL_ENV", "production"),
        database_url=database_url,
        worker_database_url=env.str("WORKER_DATABASE_URL", database_url),
        relay_database_url=env.str("RELAY_DATABASE_URL", ""),
        migrator_database_url=env.str("MIGRATOR_DATABASE_URL", ""),
        redis_url=redis_url,
        cache_redis_url=env.str("CACHE_REDIS_URL", redis_url),
        s3_endpoint_url=env.str("S3_ENDPOINT_URL"),
        s3_bucket=env.str("S3_BUCKET", "onpanel"),
        s3_access_key_id=env.str("S3_ACCESS_KEY_ID"),
        s3_secret_access_key=env.str("S3_SECRET_ACCESS_KEY"),
        s3_region=env.str("S3_REGION", "us-east-1"),
        smtp_url=env.str("SMTP_URL", "smtp://127.0.0.1:25"),
        mail_from=env.str("MAIL_FROM", "Onpanel <no-reply@onpanel.test>"),
        mail_dir=env.str("MAIL_DIR", ""),
        clamd_url=env.str("CLAMD_URL", ""),
        nppes_url=env.str("NPPES_URL", "https://npiregistry.cms.hhs.gov/api/"),
        leie_url=env.str("LEIE_URL", "https://oig.hhs.gov/exclusions/downloadables/UPDATED.csv"),
        sam_url=env.str("SAM_URL", ""),
        sam_api_key=env.str("SAM_API_KEY", ""),
        cms_enrollment_url=env.str("CMS_ENROLLMENT_URL", ""),
        cms_reassignment_url=env.str("CMS_REASSIGNMENT_URL", ""),
        opt_out_url=env.str("OPT_OUT_URL", ""),
        license_url=env.str("LICENSE_URL", ""),
        license_state=env.str("LICENSE_STATE", ""),
        caqh_url=env.str("CAQH_URL", "https://proview.caqh.org"),
        caqh_organization_id=env.str("CAQH_ORGANIZATION_ID", ""),
        caqh_username=env.str("CAQH_USERNAME", ""),
        caqh_password=env.str("CAQH_PASSWORD", ""),
        secret_key=env.str("SECRET_KEY"),
        field_key=env.str("FIELD_KEY"),
        public_url=env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        egress_allow=frozenset(filter(None, env.list("EGRESS_ALLOW", []))),
        session_idle_s=env.int("SESSION_IDLE_S", 15 * 60),
        session_absolute_s=env.int("SESSION_ABSOLUTE_S", 12 * 3600),
        log_level=env.str("LOG_LEVEL", "INFO"),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return read_settings()
