"""create_app(): puts the rooms together and decides nothing. Rooms are found by walking the floors, never listed by hand."""

from __future__ import annotations

import importlib
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from flask_smorest import Api
from flask_smorest import Blueprint as ApiBlueprint

from infra.db.loaded import modules_named
from infra.db.selfcheck import refuse_privileged_login
from infra.db.session import engine
from infra.logs import configure_logs
from infra.outbox.registry import load_jobs
from infra.settings import Settings, settings
from infra.web import docs, health
from infra.web.bodies import install_body_check
from infra.web.errors import install_errors
from infra.web.limits import limiter
from infra.web.pages import tag_answer
from infra.web.server import Onpanel, install_headers, install_request_log
from infra.web.static_files import install_static_files, of_another_version, version_of
from tenants.access.chrome import install_chrome
from tenants.access.forms import install_csrf
from tenants.access.gate import open_gate, public, refuse_undeclared_routes, signed_in
from tenants.access.login import install_login
from tenants.documents.scanner import check_scanner

STATIC = Path(__file__).parent / "infra" / "web" / "static"


class ProblemApi(Api):
    """flask-smorest without its own error answers: ours cover the whole application."""

    def _register_error_handlers(self) -> None:
        return None


def create_app() -> Flask:
    """Build the web application of this process. Refuses to start on a privileged database login or an undeclared route."""
    config = settings()
    configure_logs(config.log_level)
    load_jobs()
    version = version_of(STATIC)
    app = Onpanel(
        __name__,
        static_folder=STATIC,
        static_url_path=f"/static/{version}",
        template_folder="infra/web/templates",
    )
    app.gate = open_gate
    _configure(app, config)
    install_request_log(app)
    install_static_files(app)
    install_headers(app, store_origin=_origin(config.s3_endpoint_url), secure=not config.is_embedded)
    install_login(app)
    install_errors(app)
    install_csrf(app)
    install_body_check(app)
    limiter.init_app(app)
    app.after_request(tag_answer)
    _register_rooms(app)
    install_chrome(app)
    for name in modules_named("commands"):
        for command in importlib.import_module(name).COMMANDS:
            app.cli.add_command(command)
    refuse_undeclared_routes(app)
    refuse_privileged_login(engine())
    engine().dispose()
    return app


def _configure(app: Flask, config: Settings) -> None:
    port = urlsplit(config.public_url).port or 443
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME=f"onpanel_{port}" if config.is_embedded else "__Host-onpanel",
        SESSION_COOKIE_SECURE=not config.is_embedded,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=config.cache_redis_url,
        RATELIMIT_KEY_PREFIX="onpanel",
        RATELIMIT_ENABLED=config.environment != "test",
        API_TITLE="Onpanel",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _register_rooms(app: Flask) -> None:
    health.bp.add_url_rule("/static/<version>/<path:filename>", view_func=public(of_another_version))
    health.set_scanner_check(check_scanner)
    health.bp.add_url_rule("/healthz", view_func=public(health.healthz))
    health.bp.add_url_rule("/readyz", view_func=public(health.readyz))
    app.register_blueprint(health.bp)
    api = ProblemApi(app, spec_kwargs=docs.spec_options())
    for name in modules_named("api"):
        blueprint = importlib.import_module(name).blp
        assert isinstance(blueprint, ApiBlueprint), name
        api.register_blueprint(blueprint)
    for name in modules_named("views"):
        pages = importlib.import_module(name).bp
        assert isinstance(pages, Blueprint), name
        app.register_blueprint(pages)
    docs.bp.add_url_rule("/problems/<code>", view_func=public(docs.explain))
    docs.bp.add_url_rule("/api/docs", view_func=public(docs.api_page))
    docs.bp.add_url_rule("/api/v1/openapi.json", view_func=public(docs.openapi))
    docs.bp.add_url_rule("/openapi.json", endpoint="openapi_short", view_func=public(docs.openapi))
    docs.bp.add_url_rule("/dev/components", view_func=signed_in(session=False)(docs.components))
    app.register_blueprint(docs.bp)
