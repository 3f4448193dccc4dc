"""The payer book as a page."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from credentialing.payers.book import load_book
from infra.problems import NotFound
from infra.web.pages import render
from tenants.access.chrome import crumbs
from tenants.access.gate import signed_in

bp = Blueprint("payers", __name__, template_folder="templates")
KINDS = {
    "medicare": "Medicare",
    "medicaid_ffs": "Medicaid",
    "medicaid_mco": "Medicaid plan",
    "medicaid_pihp": "Medicaid plan",
    "commercial": "Commercial",
    "bcbs": "Blue Cross",
    "bh_carveout": "Behavioral carve-out",
    "marketplace": "Marketplace",
    "eap": "Employee assistance",
    "tricare": "TRICARE",
    "va": "Veterans",
    "workers_comp": "Workers' compensation",
}


@bp.get("/payers")
@signed_in(session=False)
def book_page() -> ResponseReturnValue:
    """Every payer of the book, narrowed by name or state."""
    book = load_book()
    text, state = request.args.get("q", "").strip().lower(), request.args.get("state", "").strip().upper()
    found = [
        each
        for each in book.payers.values()
        if (not state or each.serves(state)) and (not text or text in " ".join((each.name, *each.also_called)).lower())
    ]
    states = sorted({code for each in book.payers.values() for code in each.states if code != "ALL"})
    crumbs(("Payer book", None))
    return render(
        "payers/book.html",
        payers=found,
        book=book,
        q=text,
        state=state,
        states=states,
        kinds=KINDS,
        total=len(book.payers),
    )


@bp.get("/payers/<payer_id>")
@signed_in(session=False)
def payer_page(payer_id: str) -> ResponseReturnValue:
    """One payer: at the side of the book, or as its own page."""
    found = load_book().payers.get(payer_id)
    if found is None:
        raise NotFound
    if request.headers.get("HX-Target") == "panel":
        return render("payers/payer_panel.html", payer=found, kinds=KINDS)
    crumbs(("Payer book", "/payers"), (found.short_name, None))
    return render("payers/payer.html", payer=found, kinds=KINDS)
