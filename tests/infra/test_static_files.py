"""Static files: kept for good at an address with their version, never kept at another one."""

from __future__ import annotations

import re

from infra.web.static_files import version_of


def test_a_page_names_files_that_browsers_may_keep(app):
    page = app.test_client().get("/sign-in").get_data(as_text=True)
    address = re.search(r'href="(/static/[0-9a-f]{12}/css/base\.css)"', page).group(1)
    kept = app.test_client().get(address)
    assert kept.status_code == 200
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_of_another_version_gets_the_present_file_and_may_not_keep_it(app):
    found = app.test_client().get("/static/000000000000/css/base.css")
    assert found.status_code == 200
    assert "immutable" not in found.headers["Cache-Control"]
    assert app.test_client().get("/static/000000000000/../settings.py").status_code == 404
    assert app.test_client().get("/static/000000000000/css/none.css").status_code == 404


def test_the_version_changes_with_any_file(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    before = version_of(tmp_path)
    (tmp_path / "a.css").write_text("b{}")
    changed = version_of(tmp_path)
    (tmp_path / "a.css").rename(tmp_path / "c.css")
    assert len({before, changed, version_of(tmp_path)}) == 3
