"""The object store as it is: exact requests, expiry, capabilities that are probed; and health that names what is missing."""

from __future__ import annotations

import dataclasses
import os
import time

import pytest
import requests

from infra import settings as settings_module
from infra.ids import uuid7
from infra.problems import NotFound, Unavailable
from infra.storage import Storage, capabilities, storage
from infra.storage.client import object_key

BODY = b"%PDF-1.4 a file of exactly this many bytes"


def put(made, body=BODY, **headers):
    return requests.put(made.url, data=body, headers={**made.headers, **headers}, timeout=20)


@pytest.fixture
def key(app):
    return object_key(uuid7(), "quarantine", uuid7())


def test_exact_upload_is_taken_and_comes_back(key):
    assert put(storage().presign_put(key, content_type="application/pdf", size=len(BODY))).status_code == 200
    assert b"".join(storage().chunks(key)) == BODY
    assert storage().info(key).size == len(BODY)
    got = requests.get(
        storage().presign_get(key, filename='li"cense.pdf', content_type="application/pdf").url, timeout=20
    )
    assert got.content == BODY
    assert got.headers["Content-Disposition"].startswith("attachment")


def test_other_length_or_type_is_refused(key):
    made = storage().presign_put(key, content_type="application/pdf", size=len(BODY))
    assert put(made, BODY + b"x").status_code == 403
    assert put(made, **{"Content-Type": "text/html"}).status_code == 403
    assert storage().info(key) is None


def test_request_for_one_key_does_not_open_another(key):
    made = storage().presign_put(key, content_type="application/pdf", size=len(BODY))
    elsewhere = dataclasses.replace(made, url=made.url.replace(key, object_key(uuid7(), "documents", uuid7())))
    assert put(elsewhere).status_code == 403


def test_request_expires(key, monkeypatch):
    store = Storage(settings_module.settings())
    monkeypatch.setattr(store, "ttl_s", 1)
    made = store.presign_put(key, content_type="application/pdf", size=len(BODY))
    time.sleep(2.2)
    assert put(made).status_code == 403


def test_nobody_reads_without_a_signature(key):
    storage().put(key, BODY, content_type="application/pdf")
    plain = f"{settings_module.settings().s3_endpoint_url}/{settings_module.settings().s3_bucket}/{key}"
    answer = requests.get(plain, timeout=20)
    assert answer.status_code in {400, 401, 403}
    assert BODY not in answer.content


def test_parts_are_joined_and_missing_ones_are_said(key):
    size = 20 * 1024 * 1024
    upload_id, parts = storage().begin_multipart(key, content_type="application/pdf", size=size)
    assert sum(part.size for part in parts) == size
    with pytest.raises(NotFound):
        storage().complete_multipart(key, upload_id)
    for part in parts:
        assert requests.put(part.url, data=b"x" * part.size, timeout=60).status_code == 200
    storage().complete_multipart(key, upload_id)
    assert storage().info(key).size == size
    storage().delete([key])


def test_keys_have_one_form_and_known_classes():
    with pytest.raises(ValueError, match="unknown class"):
        object_key(uuid7(), "../other", uuid7())


def test_capabilities_are_what_the_embedded_store_can_do(app):
    found = capabilities()
    assert found.versioning is True
    assert found.server_side_encryption is True
    assert (found.object_lock, found.tagging, found.cors_api) == (False, False, False)


def test_browser_may_upload_from_our_origin_only(key):
    made = storage().presign_put(key, content_type="application/pdf", size=len(BODY))
    ours = {
        "Origin": os.environ["PUBLIC_URL"],
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    assert (
        requests.options(made.url, headers=ours, timeout=20).headers["Access-Control-Allow-Origin"]
        == os.environ["PUBLIC_URL"]
    )
    theirs = requests.options(made.url, headers={**ours, "Origin": "https://evil.example"}, timeout=20)
    assert theirs.headers.get("Access-Control-Allow-Origin") != "https://evil.example"


def test_store_that_is_down_is_unavailable(key, monkeypatch):
    config = dataclasses.replace(settings_module.settings(), s3_endpoint_url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        Storage(config).ping()


def test_readyz_names_what_is_missing(app):
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    body = answer.get_json()
    assert body["missing"] == ["worker"], body
    assert body["checks"]["scanner"] is True
    assert body["store"]["versioning"] is True


def test_headers_of_every_answer(app):
    for path in ("/sign-in", "/healthz", "/api/v1/me", "/nowhere"):
        headers = app.test_client().get(path).headers
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"] or path.startswith("/api")
        assert headers["X-Request-Id"]
