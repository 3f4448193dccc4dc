"""The tabs of Providers: whatever else is about all providers stands beside their list, not in the navigation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from infra.web.chrome import add_to_place
from tenants.access.gate import may, member
from tenants.access.roles import Permission

LIST = "providers.list_page"


@dataclass(frozen=True, slots=True)
class Tab:
    """One page beside the list of providers, for whoever holds `permission`."""

    label: str
    endpoint: str
    permission: Permission
    order: int
    is_shown: Callable[[], bool] | None = None


_tabs: dict[str, Tab] = {}


def add_provider_tab(
    label: str, endpoint: str, permission: Permission, order: int, *, is_shown: Callable[[], bool] | None = None
) -> None:
    """Put a page beside the list of providers; called once when a capability's `views.py` is imported.

    Every page of the same blueprint counts as part of Providers in the navigation. Orders: list 10, missing 20, calendar 30,
    screening 50, committee 60, requirements 80. `is_shown` is asked in the clinic's unit of work: some clinics have no such page.
    """
    _tabs[endpoint] = Tab(label, endpoint, permission, order, is_shown)
    add_to_place(endpoint.rsplit(".", 1)[0], LIST)


def provider_tabs() -> list[dict[str, Any]]:
    """The tabs as `ui.tabs` wants them, for the person and page of this request."""
    clinic_id, here = member().clinic_id, request.endpoint or ""
    ordered = sorted(_tabs.values(), key=lambda tab: (tab.order, tab.label))
    if here not in _tabs:
        # A page without a tab of its own stands under the tab of its blueprint, the last one when there are several.
        room = here.rsplit(".", 1)[0]
        here = next((t.endpoint for t in reversed(ordered) if t.endpoint.rsplit(".", 1)[0] == room != "providers"), "")
    return [
        {
            "label": tab.label,
            "url": url_for(tab.endpoint, clinic_id=clinic_id),
            "is_current": here == tab.endpoint,
        }
        for tab in ordered
        if may(tab.permission) and (tab.is_shown is None or tab.is_shown())
    ]
