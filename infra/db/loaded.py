"""Imports every `models.py` of the house, so that one metadata knows all tables. Found by walking the folders, never listed by hand."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import MetaData

from infra.db.model import Model

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("infra", "tenants", "credentialing", "onboarding")


def modules_named(room: str) -> Iterator[str]:
    """Yield the dotted name of every module (or package) called `room` in any capability, lowest floor first."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob(f"{room}.py")) + sorted((ROOT / floor).rglob(f"{room}/__init__.py")):
            relative = path.relative_to(ROOT).with_suffix("")
            parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
            if "dev" not in parts:
                yield ".".join(parts)


def load_models() -> MetaData:
    """Import all models and return the metadata that holds them."""
    for name in modules_named("models"):
        importlib.import_module(name)
    return Model.metadata
