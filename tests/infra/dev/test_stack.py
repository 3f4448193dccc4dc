from __future__ import annotations

import json
import shutil
import socket
import struct

import boto3
import psycopg
import pytest
import requests
from botocore.config import Config
from redis import Redis

from infra.dev import locate
from infra.dev.clamd import EICAR
from infra.dev.errors import StackError
from infra.dev.postgres import drop_dead_lock
from infra.dev.setup import ROOT
from infra.dev.stack import ALL, Stack
from infra.dev.state import port_is_free

S3_PORTS = ("s3_proxy", "s3_account", "s3_container", "s3_object")


@pytest.fixture
def make_stack(tmp_path):
    made = []

    def make(name="state", **settings):
        stack = Stack(tmp_path / name, durable=False, **settings)
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.remove()


def s3(env):
    return boto3.client(
        "s3",
        endpoint_url=env["S3_ENDPOINT_URL"],
        aws_access_key_id=env["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=env["S3_SECRET_ACCESS_KEY"],
        region_name=env["S3_REGION"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def scan(env, content: bytes) -> str:
    host, port = env["CLAMD_URL"].removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"zINSTREAM\0" + struct.pack("!L", len(content)) + content + struct.pack("!L", 0))
        return connection.recv(200).decode().rstrip("\0")


def test_everything_starts_and_a_second_start_finds_all_data(make_stack):
    stack = make_stack().start()
    env = stack.env
    with psycopg.connect(stack.admin_dsn, dbname="onpanel", autocommit=True) as admin:
        admin.execute("CREATE TABLE kept (word text)")
        admin.execute("INSERT INTO kept VALUES ('row')")
    with Redis.from_url(env["REDIS_URL"]) as queue:
        queue.set("kept", "value")
        assert queue.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    store = s3(env)
    store.put_object(Bucket=env["S3_BUCKET"], Key="tenants/a/b", Body=b"document", ContentType="text/plain")
    assert store.get_bucket_versioning(Bucket=env["S3_BUCKET"])["Status"] == "Enabled"
    if "clamd" not in stack.left_out:
        assert scan(env, EICAR).endswith("FOUND")
        assert scan(env, b"a clean page") == "stream: OK"
    on_disk = [path.read_bytes() for path in (stack.state.folder / "s3" / "devices").rglob("*.data")]
    assert on_disk, "the store keeps its objects in the state folder"
    assert all(b"document" not in content for content in on_disk), "encrypted at rest"
    stack.stop()

    again = make_stack().start()
    assert again.env == env, "passwords, keys and ports stay the same"
    with psycopg.connect(again.admin_dsn, dbname="onpanel") as admin:
        assert admin.execute("SELECT word FROM kept").fetchone() == ("row",)
    with Redis.from_url(env["REDIS_URL"]) as queue:
        assert queue.get("kept") == b"value"
    assert s3(env).get_object(Bucket=env["S3_BUCKET"], Key="tenants/a/b")["Body"].read() == b"document"


def test_killed_services_come_back_with_their_data(make_stack):
    stack = make_stack(services={"postgres", "redis"}).start()
    with psycopg.connect(stack.admin_dsn, autocommit=True) as admin:
        admin.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    with Redis.from_url(stack.env["REDIS_URL"]) as queue:
        queue.set("kept", "value")
    stack.kill("postgres")
    stack.kill("redis")
    stack.wait_ready("postgres")
    stack.wait_ready("redis")
    with psycopg.connect(stack.admin_dsn) as admin:
        assert admin.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    with Redis.from_url(stack.env["REDIS_URL"]) as queue:
        assert queue.get("kept") == b"value"
    assert stack.supervisor.starts("postgres") == 2


def test_the_object_store_comes_back_as_one(make_stack):
    stack = make_stack(services={"s3"}).start()
    env = stack.env
    s3(env).put_object(Bucket=env["S3_BUCKET"], Key="kept", Body=b"document")
    stack.kill("s3")
    stack.wait_ready("s3")
    assert s3(env).get_object(Bucket=env["S3_BUCKET"], Key="kept")["Body"].read() == b"document"
    stack.stop()
    assert all(port_is_free(json.loads((stack.state.folder / "ports.json").read_text())[name]) for name in S3_PORTS)


def test_two_copies_run_side_by_side(make_stack):
    services = {"redis", "mail", "nppes"}
    one = make_stack("one", services=services).start()
    two = make_stack("two", services=services).start()
    for name in ("REDIS_URL", "SMTP_URL", "NPPES_URL", "SECRET_KEY"):
        assert one.env[name] != two.env[name]
    with pytest.raises(StackError, match="Another Onpanel"):
        make_stack("one", services=services).start()
    one.stop()
    assert Redis.from_url(two.env["REDIS_URL"]).ping()


def test_a_half_made_cluster_is_made_anew_and_a_damaged_one_is_reported(make_stack):
    stack = make_stack(services={"postgres"})
    stack.state.secrets()
    account = locate.service_account("postgres")
    folder = stack.state.account_folder(account)
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("15\n")
    stack.start()
    assert not (folder / "postgres.new").exists()
    stack.stop()
    (folder / "postgres" / "PG_VERSION").unlink()
    with pytest.raises(StackError, match="not a whole database"):
        make_stack(services={"postgres"}).start()


def test_a_cluster_of_another_release_is_reported(make_stack):
    stack = make_stack(services={"postgres"})
    stack.state.secrets()
    data = stack.state.account_folder(locate.service_account("postgres")) / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(StackError, match="was made by PostgreSQL 9"):
        stack.start()


def test_the_lock_of_a_living_server_is_left_alone(tmp_path):
    lock = tmp_path / "postmaster.pid"
    lock.write_text("1\n")
    drop_dead_lock(tmp_path)
    assert lock.exists()
    lock.write_text(f"{2**22 + 1}\n")
    drop_dead_lock(tmp_path)
    assert not lock.exists()


def test_only_named_origins_may_talk_to_the_store(make_stack):
    stack = make_stack(services={"s3"}, web_ports=(8123,)).start()
    env = stack.env
    signed = s3(env).generate_presigned_url(
        "put_object",
        Params={"Bucket": env["S3_BUCKET"], "Key": "t/k", "ContentType": "text/plain", "ContentLength": 4},
        ExpiresIn=60,
    )
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    page = {"Origin": "http://127.0.0.1:8123"}
    preflight = requests.options(signed, headers=page | asked, timeout=10)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == page["Origin"]
    assert preflight.headers["Access-Control-Allow-Headers"] == "content-type"
    kept = requests.put(signed, data=b"four", headers=page | {"Content-Type": "text/plain"}, timeout=10)
    assert kept.status_code == 200
    assert kept.headers["Access-Control-Allow-Origin"] == page["Origin"]
    assert "ETag" in kept.headers["Access-Control-Expose-Headers"]
    for wrong in ({"data": b"fifth", "headers": {"Content-Type": "text/plain"}}, {"data": b"four"}):
        assert requests.put(signed, timeout=10, **wrong).status_code == 403
    stranger = {"Origin": "http://127.0.0.1:8124"}
    assert requests.options(signed, headers=stranger | asked, timeout=10).status_code == 403
    refused = requests.put(signed, data=b"four", headers=stranger | {"Content-Type": "text/plain"}, timeout=10)
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_unknown_services_are_refused(tmp_path):
    with pytest.raises(StackError, match="Unknown services: oracle"):
        Stack(tmp_path / "state", services={"oracle"})
    assert "postgres" in ALL


def test_a_failing_service_stops_the_others_and_says_why(make_stack, monkeypatch):
    monkeypatch.setattr("infra.dev.locate.redis_server", lambda: ROOT / "nowhere" / "redis-server")
    stack = make_stack(services={"redis", "mail"})
    with pytest.raises(StackError, match="redis does not start"):
        stack.start()
    assert not list((stack.state.folder / "run").iterdir())
    assert shutil.which("redis-server") is None or stack.env == {}
