"""The payer book over the API: public facts, the same for every clinic."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from credentialing.payers.book import Payer, load_book, payer, payers_in
from credentialing.payers.schemas import PayerListSchema, PayerSchema
from infra.problems import NotFound
from infra.web.query import choice_argument, parameter
from tenants.access.gate import signed_in
from tenants.schemas import STATE_CODES

blp = Blueprint("payers_api", __name__, url_prefix="/api/v1", description="Payer book")


@blp.get("/payers")
@signed_in(session=False)
@blp.doc(parameters=[parameter("state", "Only payers with a panel in this US state.", choices=STATE_CODES)])
@blp.response(200, PayerListSchema)
def list_payers() -> dict[str, Any]:
    """All payers. The book is short: it comes whole."""
    book, state = load_book(), choice_argument("state", STATE_CODES)
    items = payers_in(state) if state else tuple(book.payers.values())
    return {"version": book.version, "as_of": book.as_of, "items": items, "next_cursor": None}


@blp.get("/payers/<payer_id>")
@signed_in(session=False)
@blp.response(200, PayerSchema)
def get_payer(payer_id: str) -> Payer:
    """One payer."""
    found = payer(payer_id)
    if found is None:
        raise NotFound
    return found
