"""Possible matches with exclusion lists as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from sqlalchemy import inspect

from credentialing.screening import services
from credentialing.screening.models import ScreeningMatch
from credentialing.screening.permissions import SCREENING_DECIDE, SCREENING_READ
from credentialing.screening.schemas import MatchDecisionSchema, MatchDetailSchema, MatchListSchema, MatchSchema
from credentialing.screening.states import MatchState
from infra.web.pages import page_size, sliced, uuid_cursor
from infra.web.query import PAGES, choice_argument, parameter
from tenants.access.gate import access

blp = Blueprint("screening_api", __name__, url_prefix="/api/v1", description="Screening")
_STATE = parameter("state", "Only matches in this state.", choices=tuple(state.value for state in MatchState))


@blp.get("/clinics/<uuid:clinic_id>/screening/matches")
@access(SCREENING_READ)
@blp.doc(parameters=[*PAGES, _STATE])
@blp.response(200, MatchListSchema)
def list_matches(clinic_id: UUID) -> dict[str, Any]:
    """Providers who may be on an exclusion list, newest first."""
    limit = page_size()
    state = choice_argument("state", tuple(state.value for state in MatchState))
    found = services.list_matches(limit=limit + 1, after=uuid_cursor(), states=[state] if state else ())
    page = sliced([match for match, _ in found], limit)
    return {"items": page.items, "next_cursor": page.next_cursor}


@blp.get("/clinics/<uuid:clinic_id>/screening/matches/<uuid:match_id>")
@access(SCREENING_READ)
@blp.response(200, MatchDetailSchema)
def read_match(clinic_id: UUID, match_id: UUID) -> dict[str, Any]:
    """One possible match with what was decided about it."""
    match = services.get_match(match_id)
    columns = {column.key: getattr(match, column.key) for column in inspect(ScreeningMatch).column_attrs}
    return {**columns, "history": services.history_of(match_id)}


@blp.post("/clinics/<uuid:clinic_id>/screening/matches/<uuid:match_id>/decisions")
@access(SCREENING_DECIDE)
@blp.arguments(MatchDecisionSchema)
@blp.response(200, MatchSchema)
def decide(body: dict[str, Any], clinic_id: UUID, match_id: UUID) -> ScreeningMatch:
    """Clear a match as a false positive, escalate it, or confirm that it is this provider, which puts all of their billing on hold."""
    return services.decide(match_id, to=MatchState(body["to"]), reason=body["reason"])
