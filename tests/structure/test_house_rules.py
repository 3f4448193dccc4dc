"""The rules of the house, held by tests: routes, permissions, topics, sizes, names, errors, docstrings."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from infra.db.loaded import load_models, modules_named
from infra.outbox.registry import _listeners, all_jobs, load_jobs
from infra.problems import all_problems
from tenants.access.gate import access_of
from tenants.access.roles import Role, all_permissions

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("infra", "integrations", "tenants", "credentialing", "onboarding")
CODE = [p for floor in FLOORS for p in sorted((ROOT / floor).rglob("*.py")) if "__pycache__" not in p.parts] + [
    ROOT / "app.py"
]
PUBLIC_ROUTES = {
    "/",
    "/sign-in",
    "/sign-in/link",
    "/sign-in/link/<token>",
    "/sign-out",
    "/invitations/<token>",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/api/v1/openapi.json",
    "/api/docs",
    "/problems/<code>",
    "/static/<version>/<path:filename>",
    "/dev/mail",
    "/calendar/<token>.ics",
}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_route_declares_who_may_use_it(app):
    undeclared = [rule.rule for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None]
    assert undeclared == []


def test_public_routes_are_the_ones_that_we_thought_of(app):
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if access_of(app, rule.endpoint).kind == "public" and rule.endpoint != "static"
    }
    assert public <= PUBLIC_ROUTES, public - PUBLIC_ROUTES


def test_every_clinic_route_has_the_clinic_in_its_path(app):
    for rule in app.url_map.iter_rules():
        inside = rule.rule.startswith(("/c/", "/api/v1/clinics/<uuid:clinic_id>"))
        assert inside == (access_of(app, rule.endpoint).kind == "clinic"), rule.rule


def test_every_permission_names_roles_and_is_used(app):
    used = {access_of(app, rule.endpoint).permission for rule in app.url_map.iter_rules()}
    source = "\n".join(path.read_text() for path in CODE)
    for permission in all_permissions():
        assert permission.roles and permission.roles <= frozenset(Role)
        assert re.fullmatch(r"[a-z-]+:[a-z-]+", permission.name), permission.name
        constant = re.search(rf"(\w+) = permission\(\s*\"{permission.name}\"", source)
        assert constant
        assert permission in used or len(re.findall(rf"\b{constant.group(1)}\b", source)) > 1, (
            f"{permission.name} is not used"
        )


def test_openapi_describes_every_api_route(app):
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    served = {
        re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/openapi.json"
    }
    assert served == set(document["paths"])


def test_every_topic_asked_for_has_a_job(app):
    load_jobs()
    asked = set()
    for path in CODE:
        asked |= set(re.findall(r"(?:later|every)\(\s*\"([a-z_.]+)\"", path.read_text()))
    assert asked <= set(all_jobs()), asked - set(all_jobs())
    for event, topics in _listeners.items():
        assert topics, event


def test_every_event_listened_to_is_published(app):
    load_jobs()
    source = "\n".join(path.read_text() for path in CODE)
    for event in (event for event in _listeners if not event.startswith("test.")):
        noun = event.split(".")[0]
        named = re.search(rf"publish\(\s*f?\"{noun}\.", source)
        chosen = 'publish(f"{noun}.' in source and f'"{noun}"' in source
        assert f'"{event}"' in source and (named or chosen), event


def test_every_problem_has_its_own_code_and_page(app):
    codes = Counter(kind.code for kind in all_problems())
    assert [code for code, count in codes.items() if count > 1] == []
    client = app.test_client()
    for kind in all_problems():
        assert kind.__doc__, kind
        assert client.get(f"/problems/{kind.code}").status_code == 200, kind.code


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_file_is_small_and_says_what_it_is(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400, "a file over 400 lines becomes a package"
    tree = ast.parse(text)
    if text.strip():
        assert ast.get_docstring(tree), "a module says in one sentence what is true here"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is over 60 lines"


@pytest.mark.parametrize("path", [p for p in CODE if "/templates/" not in str(p)], ids=relative)
def test_public_functions_have_docstrings(path):
    if path.name in {"views.py"} or "dev" in path.parts:
        return
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_rules_and_states_are_pure():
    forbidden = re.compile(
        r"^(?:from|import) (?:flask|sqlalchemy|redis|rq|requests|infra\.(?:db|outbox|clock|settings|storage|jobs))",
        re.M,
    )
    for path in CODE:
        if path.stem in {"rules", "states"} or path.parent.name == "rules":
            assert not forbidden.search(path.read_text()), relative(path)


def test_below_the_doors_there_is_no_http():
    for path in CODE:
        if path.stem in {"services", "models", "rules", "states", "jobs", "permissions"}:
            assert not re.search(r"^(?:from|import) flask", path.read_text(), re.M), relative(path)


def test_nothing_is_called_utils():
    for path in CODE:
        assert path.stem not in {"utils", "helpers", "common", "misc"}, relative(path)


def test_tables_are_tenant_tables_with_text_and_cents(app):
    for table in load_models().tables.values():
        if table.schema != "app":
            continue
        assert [column.name for column in table.primary_key.columns] == ["tenant_id", "id"], table.name
        for column in table.columns:
            kind = str(column.type).upper()
            assert not kind.startswith(("NUMERIC", "FLOAT", "VARCHAR")), f"{table.name}.{column.name} is {kind}"
            if column.name.endswith("_cents"):
                assert kind == "BIGINT", f"{table.name}.{column.name} is {kind}"


def test_migrations_are_numbered_and_the_head_is_noted():
    versions = ROOT / "migrations" / "versions"
    names = sorted(path.name for path in versions.glob("*.py") if path.name != "__init__.py")
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert (versions / ".current-head").read_text().strip() == names[-1][:4]


def test_every_template_compiles_and_has_nothing_inline(app):
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
        source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=\"|<style|\son[a-z]+=\"", source), name


def test_capabilities_have_only_the_known_rooms():
    known = {"views", "api", "jobs", "schemas", "services", "permissions", "models", "states", "rules", "commands"}
    for name in [*modules_named("views"), *modules_named("api")]:
        folder = ROOT / Path(*name.split(".")[:-1])
        assert (folder / "__init__.py").read_text().strip(), f"{folder} has no paragraph for a newcomer"
    assert known
