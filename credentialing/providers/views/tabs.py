"""The tabs of one provider: every capability that has a page about a provider adds it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for

from tenants.access.gate import may
from tenants.access.roles import Permission


@dataclass(frozen=True, slots=True)
class ProviderTab:
    """One tab: its word, the endpoint (its rule has `clinic_id` and `provider_id`), who sees it, and its place from left.

    `is_shown` is asked in the clinic's unit of work: some clinics have no such page. `also` are the endpoints of pages below it.
    """

    label: str
    endpoint: str
    permission: Permission
    order: int
    is_shown: Callable[[], bool] | None = None
    also: tuple[str, ...] = ()


_tabs: list[ProviderTab] = []


def add_provider_tab(tab: ProviderTab) -> None:
    """Add a tab. Called once, when the capability's views are imported."""
    _tabs.append(tab)
    _tabs.sort(key=lambda known: known.order)


def provider_tabs(clinic_id: UUID, provider_id: UUID) -> list[dict[str, Any]]:
    """The tabs of this provider for `ui.tabs`, without those that the person of this request may not see."""
    here = request.endpoint or ""
    return [
        {
            "label": tab.label,
            "url": url_for(tab.endpoint, clinic_id=clinic_id, provider_id=provider_id),
            "is_current": here == tab.endpoint or here in tab.also,
        }
        for tab in _tabs
        if may(tab.permission) and (tab.is_shown is None or tab.is_shown())
    ]
