"""What all pages of the committee share: the blueprint, its words, the trail, and forms with fields of several values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, url_for
from marshmallow import Schema, ValidationError

from credentialing.committee.permissions import COMMITTEE_DECIDE, COMMITTEE_PREPARE, COMMITTEE_READ
from credentialing.committee.services import CHANNELS, METHODS, is_delegated, need_committee
from credentialing.committee.services.papers import CHECK_WORDS, PROGRAM_WORDS, VOTE_WORDS
from credentialing.providers.tabs import add_provider_tab
from credentialing.providers.views.tabs import ProviderTab
from credentialing.providers.views.tabs import add_provider_tab as add_tab_of_one
from infra.problems import Invalid
from infra.web.errors import field_errors
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import member

bp = Blueprint("committee", __name__, template_folder="../templates")
add_provider_tab("Committee", "committee.home_page", COMMITTEE_READ, 60, is_shown=is_delegated)
add_tab_of_one(ProviderTab("Committee", "committee.review_page", COMMITTEE_READ, 70, is_delegated))

OUTCOME_WORDS = {
    "approved": ("Approved", "good"),
    "approved_with_conditions": ("Approved with conditions", "good"),
    "deferred": ("Deferred", "attention"),
    "denied": ("Denied", "blocked"),
}
CHECK_TONES = {
    "ok": "good",
    "not_needed": "neutral",
    "missing": "attention",
    "too_old": "attention",
    "adverse": "blocked",
    "not_current": "blocked",
}
MEETING_WORDS = {
    "planned": ("Planned", "waiting"),
    "in_session": ("In session", "attention"),
    "closed": ("Closed", "good"),
    "canceled": ("Called off", "neutral"),
}
KIND_WORDS = {"initial": "First credentialing", "recredential": "Recredentialing"}


def words(clinic_id: UUID) -> dict[str, Any]:
    """What every template of the committee needs. Raises `NotFound` in a clinic without a committee."""
    need_committee()
    return {
        "clinic_id": clinic_id,
        "permissions": {"prepare": COMMITTEE_PREPARE, "decide": COMMITTEE_DECIDE},
        "outcome_words": OUTCOME_WORDS,
        "check_words": CHECK_WORDS,
        "check_tones": CHECK_TONES,
        "meeting_words": MEETING_WORDS,
        "kind_words": KIND_WORDS,
        "program_words": PROGRAM_WORDS,
        "vote_words": VOTE_WORDS,
        "methods": METHODS,
        "as_day": date.fromisoformat,
        "channels": CHANNELS,
    }


def trail(*more: tuple[str, str | None]) -> None:
    """Breadcrumbs from the clinic over the committee."""
    page = url_for("committee.home_page", clinic_id=member().clinic_id)
    crumbs((member().clinic_name, home_of(member())), ("Committee", page if more else None), *more)


def loaded(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Load a form that has lists in it through the schema of the JSON body; empty texts count as missing. Raises `Invalid`."""
    try:
        found: dict[str, Any] = schema.load({key: value for key, value in values.items() if value not in ("", None)})
    except ValidationError as error:
        raise Invalid("Some fields need another look.", errors=field_errors(error.messages)) from error
    return found
