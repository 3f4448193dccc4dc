"""The tabs of a clinic's settings: whatever is set once for the whole clinic stands beside its details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from infra.web.chrome import add_to_place
from tenants.access.gate import may, member
from tenants.access.roles import Permission

SETTINGS = "portfolio.details_page"


@dataclass(frozen=True, slots=True)
class _Tab:
    label: str
    endpoint: str
    permission: Permission
    order: int


_tabs: dict[str, _Tab] = {}


def add_settings_tab(label: str, endpoint: str, permission: Permission, order: int, *, is_home: bool = False) -> None:
    """Put a page among the clinic's settings; called once when a capability's `views.py` is imported.

    Every page of the same blueprint counts as part of the settings in the navigation, but for the home of all (`is_home`).
    """
    _tabs[endpoint] = _Tab(label, endpoint, permission, order)
    if not is_home:
        add_to_place(endpoint.rsplit(".", 1)[0], SETTINGS)


def settings_tabs() -> list[dict[str, Any]]:
    """The tabs as `ui.tabs` wants them, for the person and page of this request."""
    clinic_id = member().clinic_id
    here = (request.endpoint or "").rsplit(".", 1)[0]
    return [
        {
            "label": tab.label,
            "url": url_for(tab.endpoint, clinic_id=clinic_id),
            "is_current": request.endpoint == tab.endpoint
            or (tab.endpoint != SETTINGS and tab.endpoint.rsplit(".", 1)[0] == here),
        }
        for tab in sorted(_tabs.values(), key=lambda tab: (tab.order, tab.label))
        if may(tab.permission)
    ]
