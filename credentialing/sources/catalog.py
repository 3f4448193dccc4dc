"""The sources that are loaded: where each comes from, what its file must look like, and how old a copy may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from infra.settings import Settings
from integrations.cms import ENROLLMENT, OPT_OUT, REASSIGNMENT
from integrations.leie import LEIE
from integrations.licensing import LICENSES, as_table
from integrations.sam import SAM, as_extract
from integrations.sourcefile import Layout, only_member

_MIB = 1024 * 1024
Prepare = Callable[[Path, Path, Settings], Path]


@dataclass(frozen=True, slots=True)
class Source:
    """One published file. `table` lies in schema `ref`; `prepare` turns what was downloaded into a CSV of `layout`."""

    code: str
    label: str
    publisher: str
    layout: Layout
    setting: str
    every: timedelta
    max_bytes: int
    prepare: Prepare
    names: tuple[str, str] | None = None

    @property
    def table(self) -> str:
        """Its table in schema `ref`."""
        return self.code

    def url(self, settings: Settings) -> str:
        """Where it is fetched from; empty when this deployment does not fetch it."""
        address: str = getattr(settings, self.setting)
        return address

    @property
    def variable(self) -> str:
        """The environment variable that holds its address."""
        return self.setting.upper()


def column_name(heading: str) -> str:
    """The column of schema `ref` for a publisher's heading: `State / Province` is state_province."""
    return re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")


def _plain(path: Path, target: Path, settings: Settings) -> Path:
    return only_member(path, target, suffix=".csv", max_bytes=2048 * _MIB)


def _extract(path: Path, target: Path, settings: Settings) -> Path:
    return as_extract(path, target)


def _licenses(path: Path, target: Path, settings: Settings) -> Path:
    return as_table(path, target, state=settings.license_state)


SOURCES: dict[str, Source] = {
    source.code: source
    for source in (
        Source(
            "leie",
            "OIG exclusions (LEIE)",
            "HHS Office of Inspector General",
            LEIE,
            "leie_url",
            timedelta(days=1),
            128 * _MIB,
            _plain,
            ("lastname", "firstname"),
        ),
        Source(
            "sam",
            "SAM exclusions",
            "General Services Administration",
            SAM,
            "sam_url",
            timedelta(days=1),
            512 * _MIB,
            _extract,
            ("last", "first"),
        ),
        Source(
            "cms_enrollment",
            "Medicare enrollments",
            "Centers for Medicare & Medicaid Services",
            ENROLLMENT,
            "cms_enrollment_url",
            timedelta(days=7),
            1024 * _MIB,
            _plain,
        ),
        Source(
            "cms_reassignment",
            "Medicare reassignments",
            "Centers for Medicare & Medicaid Services",
            REASSIGNMENT,
            "cms_reassignment_url",
            timedelta(days=7),
            1024 * _MIB,
            _plain,
        ),
        Source(
            "opt_out",
            "Medicare opt-outs",
            "Centers for Medicare & Medicaid Services",
            OPT_OUT,
            "opt_out_url",
            timedelta(days=7),
            256 * _MIB,
            _plain,
        ),
        Source(
            "license",
            "State licenses",
            "State licensing boards",
            LICENSES,
            "license_url",
            timedelta(days=1),
            512 * _MIB,
            _licenses,
        ),
    )
}
"""Every source by its code."""
