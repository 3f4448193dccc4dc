"""Pages of screening: the queue of possible matches, and one match beside the provider's facts."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.providers.models import Provider
from credentialing.providers.services import get_provider
from credentialing.providers.tabs import add_provider_tab, provider_tabs
from credentialing.screening import services
from credentialing.screening.models import ScreeningMatch
from credentialing.screening.permissions import SCREENING_DECIDE, SCREENING_READ
from credentialing.screening.schemas import MatchDecisionSchema
from credentialing.screening.states import OPEN, MatchState, next_states
from credentialing.screening.words import BASIS_WORDS, LIST_NAMES, STATE_WORDS
from infra.problems import Conflict, Invalid
from infra.web.pages import errors_by_field, page_size, read_form, render, sliced, uuid_cursor
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, may, member

bp = Blueprint("screening", __name__, template_folder="templates")
add_provider_tab("Screening", "screening.queue_page", SCREENING_READ, 50)

SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("Waiting", tuple(sorted(OPEN))),
    "confirmed": ("Confirmed", ("confirmed",)),
    "cleared": ("False positives", ("cleared",)),
    "all": ("All", ()),
}


@bp.get("/c/<uuid:clinic_id>/providers/screening")
@access(SCREENING_READ)
def queue_page(clinic_id: UUID) -> ResponseReturnValue:
    """Providers who may be on an exclusion list, and what was decided."""
    return _queue(clinic_id)


def _queue(clinic_id: UUID, **more: Any) -> str:
    crumbs(
        (member().clinic_name, home_of(member())),
        ("Providers", url_for("providers.list_page", clinic_id=clinic_id)),
        ("Screening", None),
    )
    show = request.args.get("show", "")
    show = show if show in SHOWN else ""
    limit = page_size()
    found = services.list_matches(limit=limit + 1, after=uuid_cursor(), states=SHOWN[show][1])
    page = sliced([match for match, _ in found], limit)
    counts = services.count_by_state()
    return render(
        "screening/queue.html",
        clinic_id=clinic_id,
        rows=found[:limit],
        counts=counts,
        waiting=sum(counts.get(state, 0) for state in OPEN),
        chips=_chips(clinic_id, show, counts),
        show=show,
        next_cursor=page.next_cursor,
        is_first=not request.args.get("cursor"),
        provider_tabs=provider_tabs,
        **_words(),
        **more,
    )


def _chips(clinic_id: UUID, show: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": url_for("screening.queue_page", clinic_id=clinic_id, show=name or None),
            "is_current": show == name,
            "count": sum(counts.get(state, 0) for state in states or counts),
        }
        for name, (label, states) in SHOWN.items()
    ]


def _words() -> dict[str, Any]:
    return {"list_names": LIST_NAMES, "state_words": STATE_WORDS, "basis_words": BASIS_WORDS}


@bp.get("/c/<uuid:clinic_id>/providers/screening/<uuid:match_id>")
@access(SCREENING_READ)
def match_page(clinic_id: UUID, match_id: UUID) -> ResponseReturnValue:
    """One possible match: our facts beside the list's, the evidence, and the decision."""
    match = services.get_match(match_id)
    return _match(clinic_id, match, get_provider(match.provider_id))


def _match(clinic_id: UUID, match: ScreeningMatch, provider: Provider, **more: Any) -> str:
    context = {
        "clinic_id": clinic_id,
        "match": match,
        "provider": provider,
        "history": services.history_of(match.id),
        "days": {
            name: date.fromisoformat(match.entry[name]) if match.entry.get(name) else None
            for name in ("since_on", "ends_on")
        },
        "choices": [state.value for state in next_states(MatchState(match.state))] if may(SCREENING_DECIDE) else [],
        "back": url_for("screening.queue_page", clinic_id=clinic_id),
        "values": {},
        "errors": {},
        "refused": None,
        **_words(),
        **more,
    }
    if request.headers.get("HX-Target") == "panel":
        return render("screening/panel.html", **context)
    return _queue(clinic_id, **{key: value for key, value in context.items() if key not in {"clinic_id", *_words()}})


@bp.post("/c/<uuid:clinic_id>/providers/screening/<uuid:match_id>")
@access(SCREENING_DECIDE)
def decide(clinic_id: UUID, match_id: UUID) -> ResponseReturnValue:
    """Clear, escalate or confirm a match."""
    match = services.get_match(match_id)
    provider = get_provider(match.provider_id)
    try:
        form = read_form(MatchDecisionSchema())
        services.decide(match_id, to=MatchState(form["to"]), reason=form["reason"])
    except Invalid as error:
        page = _match(clinic_id, match, provider, values=request.form, errors=errors_by_field(error))
        return page, error.status
    except Conflict as error:
        return _match(clinic_id, match, provider, values=request.form, refused=error.detail), error.status
    words = {
        "cleared": f"{provider.name} is cleared; the pair stays cleared until a fact changes on either side.",
        "escalated": f"The match of {provider.name} is escalated.",
        "confirmed": f"{provider.name} is confirmed as excluded; all of their billing is on hold.",
    }
    flash(words[form["to"]], "warning" if form["to"] == "confirmed" else "success")
    return redirect(url_for("screening.queue_page", clinic_id=clinic_id))
