"""Old receivables of two clinics: one report that ties out and is taken over, one whose total differs from what the prior biller says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from infra.db import current_tenant, db
from onboarding.ar.models import ArImport
from onboarding.ar.services import NewImport, accept_import, create_import, set_control
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import CSV, TEXT, aging_csv, aging_report, remittance
from onboarding.demo.papers import documents_named
from onboarding.demo.story import Act, File

DETAIL, REPORT, REMITTANCE = "AR detail by claim.csv", "Insurance and patient aging.txt", "Aetna remittance.835"
_READING = frozenset({"onboarding.import_ar"})
_PROOF = frozenset({"onboarding.complete_tasks"})
# What the prior biller's own list says more than its file holds: three claims that were paid twice in their system.
MISSING_CENTS = 124_055


def tie_out_acts(clinic: DemoClinic, sent_on: date, compared_on: date) -> list[Act]:
    """The prior biller's file is read; its stated total is higher than the rows add up to, so the difference stays open."""
    return [*_detail(clinic, sent_on), Act("total of the prior biller", compared_on, "dee", _stating(MISSING_CENTS))]


def detail_acts(clinic: DemoClinic, sent_on: date) -> list[Act]:
    """The prior biller's file adds up to the total that they state, and is taken over."""
    return [
        *_detail(clinic, sent_on),
        Act("total of the prior biller", sent_on, "dee", _stating(0), latest=_PROOF),
        Act("aging accepted", sent_on, "dee", _accepting(DETAIL)),
    ]


def _detail(clinic: DemoClinic, sent_on: date) -> list[Act]:
    sent = [File(DETAIL, aging_csv(sent_on), CSV, "ar_aging")]
    return [
        Act("aging sent", sent_on, clinic.admin.key, files=sent),
        Act("aging imported", sent_on, "dee", _importing(DETAIL, sent_on), topics=_READING, latest=_PROOF),
    ]


def accepted_acts(clinic: DemoClinic, sent_on: date, paid_on: date) -> list[Act]:
    """A report that states its own total ties out to the cent and is accepted; later an 835 comes in."""
    return [
        Act("aging sent", sent_on, clinic.admin.key, files=[File(REPORT, aging_report(sent_on), TEXT, "ar_aging")]),
        Act("aging imported", sent_on, "dee", _importing(REPORT, sent_on), topics=_READING, latest=_PROOF),
        Act("aging accepted", sent_on, "dee", _accepting(REPORT)),
        Act(
            "remittance sent",
            paid_on,
            clinic.admin.key,
            files=[
                File(REMITTANCE, remittance(paid_on, payee=clinic.name, npi=clinic.npi), "text/plain", "remittance")
            ],
        ),
        Act("remittance imported", paid_on, "dee", _importing(REMITTANCE, None), topics=_READING),
        Act("remittance accepted", paid_on, "dee", _accepting(REMITTANCE)),
    ]


def _importing(name: str, as_of: date | None) -> Callable[[], None]:
    def begin() -> None:
        document_id = documents_named([name]).get(name)
        if document_id is not None:
            create_import(NewImport(document_id, as_of=as_of))

    return begin


def _import_of(name: str) -> ArImport | None:
    return db().scalar(
        select(ArImport)
        .where(ArImport.tenant_id == current_tenant(), ArImport.filename == name)
        .order_by(ArImport.id.desc())
        .limit(1)
    )


def _stating(more_cents: int) -> Callable[[], None]:
    def state() -> None:
        found = _import_of(DETAIL)
        if found is not None and found.status == "ready":
            _rows, owed_cents, _credits = found.totals["received"]["total"]
            set_control(found.id, control={"total_cents": owed_cents + more_cents})

    return state


def _accepting(name: str) -> Callable[[], None]:
    def accept() -> None:
        found = _import_of(name)
        if found is not None and found.status in {"ready", "tied_out"}:
            accept_import(found.id, reason="Compared with the deposit" if found.differences else "")

    return accept
