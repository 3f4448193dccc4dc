from __future__ import annotations

import json
import re
import subprocess

import pytest

from infra.dev import assets, debian, setup

LOCKS = ["requirements.txt", *(f"infra/requirements/{name}.txt" for name in ("dev", "swift", "rootless"))]


@pytest.mark.parametrize("name", LOCKS)
def test_every_release_in_a_lock_is_exact_and_hashed_and_names_no_machine(name):
    text = (setup.ROOT / name).read_text()
    requirements = text.replace("\\\n", " ").splitlines()[1:]
    assert len(requirements) >= 5
    for line in requirements:
        assert re.match(r"^[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+ ", line), line
        assert "--hash=sha256:" in line
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_what_developers_run_is_what_the_product_runs():
    pins = {}
    for name in LOCKS[:2]:
        pins[name] = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", (setup.ROOT / name).read_text(), re.M))
    runtime, dev = pins.values()
    assert runtime.items() <= dev.items()


def test_front_end_packages_are_locked_by_content_and_not_by_host():
    packages = json.loads((setup.ROOT / "package-lock.json").read_text())["packages"]
    named = {path: entry for path, entry in packages.items() if path}
    assert {"node_modules/axe-core", "node_modules/htmx.org"} <= named.keys()
    for path, entry in named.items():
        assert entry["integrity"].startswith("sha512-"), path
        assert "resolved" not in entry, path


def test_the_built_files_are_copied_as_they_are(tmp_path):
    modules = tmp_path / "modules"
    for name in assets.FILES:
        (modules / name).parent.mkdir(parents=True, exist_ok=True)
        (modules / name).write_text(name)
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "old.js").touch()
    assets.copy_assets(modules, vendor)
    copied = {str(path.relative_to(vendor)): path.read_text() for path in vendor.rglob("*") if path.is_file()}
    assert copied == {target: source for source, target in assets.FILES.items()}


def test_a_current_installation_is_left_alone(tmp_path, monkeypatch):
    lock = tmp_path / "lock.txt"
    lock.write_text("one==1")
    wanted = setup.lock_hash(lock)
    setup.stamp(tmp_path, "runtime", wanted)
    monkeypatch.setattr(setup, "run_quietly", lambda *_, **__: pytest.fail("nothing was to be installed"))
    setup.install_python(tmp_path, lock=lock, names={"runtime": wanted})
    lock.write_text("one==2")
    assert setup.lock_hash(lock) != wanted
    assert not setup.is_current(tmp_path, "runtime", setup.lock_hash(lock))


def test_a_failing_step_says_which_and_shows_its_output(capsys):
    with pytest.raises(setup.SetupError, match="counting failed"):
        setup.run_quietly(["sh", "-c", "echo three; exit 3"], what="counting")
    assert "three" in capsys.readouterr().err


def test_packages_are_installed_without_starting_anything(tmp_path, monkeypatch):
    policy, cluster = tmp_path / "policy-rc.d", tmp_path / "postgresql-common" / "createcluster.conf"
    monkeypatch.setattr(debian, "POLICY", policy)
    monkeypatch.setattr(debian, "CLUSTER_CONFIG", cluster)
    with debian.nothing_started():
        assert subprocess.run([policy]).returncode == 101
        assert "create_main_cluster = false" in cluster.read_text()
    assert not policy.exists()
    policy.write_text("#!/bin/sh\nexit 0\n")
    with debian.nothing_started():
        pass
    assert policy.exists(), "somebody else's policy stays"


def test_an_old_python_is_told_so(monkeypatch, capsys):
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (9, 9))
    assert setup.main(["run"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().out


def test_make_lists_its_targets():
    listed = subprocess.run(["make", "help"], cwd=setup.ROOT, capture_output=True, text=True, check=True).stdout
    names = {line.split()[0] for line in listed.splitlines()}
    assert names >= set("run test bench lint token setup check e2e format types migrate lock help".split())
