"""The frame around every page: navigation, breadcrumbs, who is signed in. Capabilities register their entries; the gate filters them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A place in the navigation: shown to whoever holds `permission`. `needs_clinic` False: it stands outside of any clinic."""

    label: str
    endpoint: str
    permission: Any
    order: int
    icon: str
    needs_clinic: bool = True
    roles: frozenset[Any] | None = None


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry as the page shows it."""

    label: str
    url: str
    icon: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    """One breadcrumb; the last has no address."""

    label: str
    url: str | None = None


@dataclass(slots=True)
class Chrome:
    """What `base.html` needs."""

    user: Any
    role_label: str
    csrf_token: str
    nav: list[NavItem] = field(default_factory=list)
    clinic: Any = None
    clinics: list[Any] = field(default_factory=list)
    breadcrumbs: list[Crumb] = field(default_factory=list)
    embedded_notice: str | None = None
    dev_mail_url: str | None = None
    sign_out_url: str = "/sign-out"
    sign_in_url: str = "/sign-in"


_entries: dict[str, NavEntry] = {}
_places: dict[str, str] = {}


def add_to_navigation(entry: NavEntry) -> None:
    """Register a place; called once when a capability's `views.py` is imported."""
    _entries[entry.endpoint] = entry


def navigation() -> list[NavEntry]:
    """Every registered place, in order."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.label))


def add_to_place(blueprint: str, endpoint: str) -> None:
    """The pages of `blueprint` belong to the place with this endpoint: it stays marked while one of them is open."""
    _places[blueprint] = endpoint


def place_of(blueprint: str) -> str | None:
    """The endpoint of the place that the pages of a blueprint belong to; None for a place of its own."""
    return _places.get(blueprint)
