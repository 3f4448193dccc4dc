"""Copies the built files of the front-end packages to where the web process serves them from.

There is no bundler: what npm's lock file names is copied as it is. Standard library only, because `setup.py` calls it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

INTER = "@fontsource-variable/inter"

#: path under node_modules -> path under infra/web/static/vendor
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    f"{INTER}/files/inter-latin-wght-normal.woff2": "inter/inter-latin-wght-normal.woff2",
    f"{INTER}/files/inter-latin-ext-wght-normal.woff2": "inter/inter-latin-ext-wght-normal.woff2",
    f"{INTER}/LICENSE": "inter/LICENSE",
}


def copy_assets(modules: Path, vendor: Path) -> None:
    """Makes `vendor` anew from `modules`; a file that a package no longer has raises FileNotFoundError by its name."""
    fresh = vendor.with_name(vendor.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for source, target in FILES.items():
        place = fresh / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, place)
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)
