from __future__ import annotations

import pytest

from infra.dev.errors import StackError
from infra.dev.options import read_options
from infra.dev.setup import ROOT
from infra.dev.stack import ALL


def test_without_anything_the_whole_stack_runs():
    options = read_options({})
    assert options.port == 8000
    assert options.state == ROOT / ".state"
    assert options.demo
    assert options.services == set(ALL)
    assert options.given == {}


def test_naming_an_outside_service_leaves_the_embedded_one_out():
    options = read_options(
        {
            "DATABASE_URL": "postgresql://me@db/onpanel",
            "REDIS_URL": "redis://queue:6379/0",
            "S3_ENDPOINT_URL": "https://store",
            "S3_ACCESS_KEY_ID": "id",
            "S3_SECRET_ACCESS_KEY": "key",
            "SMTP_URL": "smtp://mail:25",
            "NPPES_URL": "https://registry/api/",
            "CLAMD_URL": "tcp://scanner:3310",
        }
    )
    assert options.services == {"fhir", "sources"}
    assert options.given["CACHE_REDIS_URL"] == "redis://queue:6379/1"
    assert options.given["S3_BUCKET"] == "onpanel"
    assert "DATABASE_URL" not in options.given, "its four logins are worked out elsewhere"


def test_an_empty_variable_names_nothing_but_an_empty_scanner_means_none():
    options = read_options({"DATABASE_URL": "", "CLAMD_URL": "", "ONPANEL_PORT": ""})
    assert options.services == set(ALL) - {"clamd"}
    assert options.port == 8000


def test_a_queue_with_its_own_database_keeps_the_cache_there():
    assert read_options({"REDIS_URL": "redis://queue/7"}).given["CACHE_REDIS_URL"] == "redis://queue/7"
    named = read_options({"REDIS_URL": "redis://queue/7", "CACHE_REDIS_URL": "redis://cache/0"})
    assert named.given["CACHE_REDIS_URL"] == "redis://cache/0"


def test_the_public_address_may_talk_to_the_store():
    assert read_options({"PUBLIC_URL": "https://onpanel.example/x"}).origins == ("https://onpanel.example",)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"ONPANEL_PORT": "http"}, "ONPANEL_PORT is 'http'"),
        ({"ONPANEL_PORT": "65536"}, "from 1 to 65535"),
        ({"ONPANEL_DEMO": "yes"}, "ONPANEL_DEMO is 'yes'"),
        ({"S3_ENDPOINT_URL": "https://store"}, "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set too"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(environ, words):
    with pytest.raises(StackError, match=words) as refusal:
        read_options(environ)
    assert "\n" not in str(refusal.value)
