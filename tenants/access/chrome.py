"""The page frame for whoever is signed in: which places they may go, which clinics they work in; and the words in templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from infra import clock, words
from infra.calendar import federal_calendar
from infra.settings import settings
from infra.web.chrome import Chrome, Crumb, NavItem, navigation, place_of
from infra.web.server import register_filter
from tenants.access.gate import may
from tenants.access.identity import Identity, Member
from tenants.access.roles import Role


def clinic_today() -> date:
    """Today where the clinic of this request is; for pages over several clinics, on the East Coast."""
    member: Member | None = g.get("member")
    return clock.today(member.timezone) if member else clock.today()


def install_chrome(app: Flask) -> None:
    """Give every template `chrome`, `may`, `today` and the filters for dates and money."""
    calendar = federal_calendar()
    filters: dict[str, Callable[..., str]] = {
        "money": words.money,
        "money_exact": lambda cents: words.money(cents, exact=True),
        "human_date": lambda day: words.human_date(day, clinic_today()) if day else "",
        "short_date": lambda day: words.short_date(day, clinic_today()) if day else "",
        "human_date_rel": lambda day: words.date_and_distance(day, clinic_today(), calendar) if day else "",
        "in_days": lambda day: words.in_business_days(day, clinic_today(), calendar) if day else "",
        "moment": moment,
        "day_of": day_of,
        "file_size": words.file_size,
        "counted": words.counted,
    }
    for name, function in filters.items():
        register_filter(app, name, function)

    @app.context_processor
    def frame() -> dict[str, Any]:
        facts: dict[str, Any] = {"may": may, "today": clinic_today()}
        if current_user.is_authenticated:
            facts["chrome"] = _chrome(current_user.identity)
        else:
            facts["chrome"] = None
            facts["csrf_token"] = generate_csrf()
        return facts


def moment(instant: datetime | None) -> str:
    """`Tue, Dec 1, 2:05 PM` where the clinic is."""
    if instant is None:
        return ""
    member: Member | None = g.get("member")
    local = instant.astimezone(ZoneInfo(member.timezone if member else "America/New_York"))
    hour = local.hour % 12 or 12
    return f"{words.human_date(local.date(), clinic_today())}, {hour}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def day_of(instant: datetime | None) -> str:
    """`Tue, Dec 1`: the day of an instant where the clinic is."""
    if instant is None:
        return ""
    member: Member | None = g.get("member")
    return words.human_date(
        instant.astimezone(ZoneInfo(member.timezone if member else "America/New_York")).date(), clinic_today()
    )


def _chrome(identity: Identity) -> Chrome:
    member: Member | None = g.get("member") or _only(identity)
    role = member.role if member else identity.vendor_role
    config = settings()
    return Chrome(
        user={"name": identity.name, "email": identity.email, "initials": initials(identity.name)},
        role_label=role.label if role else "No clinic yet",
        csrf_token=generate_csrf(),
        nav=_nav(identity, member),
        clinic={"id": member.clinic_id, "name": member.clinic_name} if member else None,
        clinics=[{"id": m.clinic_id, "name": m.clinic_name, "url": home_of(m)} for m in identity.memberships],
        breadcrumbs=list(g.get("crumbs", ())),
        dev_mail_url=url_for("people.development_mail") if config.is_embedded and config.mail_dir else None,
    )


def _only(identity: Identity) -> Member | None:
    return identity.memberships[0] if len(identity.memberships) == 1 else None


def _nav(identity: Identity, member: Member | None) -> list[NavItem]:
    role = member.role if member else identity.vendor_role
    items = []
    for entry in navigation():
        if role is None or role not in entry.permission.roles or (entry.needs_clinic and member is None):
            continue
        if entry.roles is not None and role not in entry.roles:
            continue
        values: dict[str, Any] = {"clinic_id": member.clinic_id} if entry.needs_clinic and member else {}
        room = entry.endpoint.rsplit(".", 1)[0]
        here = request.endpoint == entry.endpoint or (request.endpoint or "").rsplit(".", 1)[0] == room
        exact = any(e.endpoint != entry.endpoint and e.endpoint.startswith(room + ".") for e in navigation())
        current = request.endpoint == entry.endpoint if exact else here
        current = current or place_of((request.endpoint or "").rsplit(".", 1)[0]) == entry.endpoint
        items.append(NavItem(entry.label, url_for(entry.endpoint, **values), entry.icon, current))
    return items


def home_of(member: Member) -> str:
    """Where a person starts in a clinic: a provider on their panel page, everybody else on the clinic's home."""
    if member.role is Role.PROVIDER:
        return url_for("panel.my_panel")
    return url_for("portfolio.clinic_home", clinic_id=member.clinic_id)


def initials(name: str) -> str:
    """The first letters of the first and last word of a name."""
    parts = name.split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "?"


def crumbs(*trail: tuple[str, str | None]) -> None:
    """Set the breadcrumbs of this page: `(label, address)` pairs, the last without an address."""
    g.crumbs = [Crumb(label, url) for label, url in trail]
