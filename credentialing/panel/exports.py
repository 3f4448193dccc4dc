"""The hold list as a file for the billing system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from flask import Response

from credentialing.panel import services
from credentialing.panel.permissions import HOLDS_READ
from infra.problems import invalid
from infra.web.exports import csv_answer
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "on npi provider payer_id payer line_of_business status reason release_when billable_from predicted_p50"
    " predicted_p80 enrollment_id"
).split()


def holds_csv(on: date) -> Response:
    """The hold list of a day as CSV, one line for each hold; cells that a spreadsheet would run are defused."""
    return csv_answer(f"holds-{on.isoformat()}.csv", COLUMNS, (_cells(hold, on) for hold in services.holds(on)))


def _cells(hold: services.Hold, on: date) -> list[str]:
    view, predicted = hold.outlook, hold.outlook.prediction
    return [
        on.isoformat(),
        hold.provider.npi,
        hold.provider.name,
        view.case.payer_id,
        view.payer.name if view.payer else view.case.payer_id,
        view.case.line_of_business,
        view.case.status,
        view.hold_reason,
        hold.release_when,
        _day(view.billable_from),
        _day(predicted.loaded_p50 if predicted else None),
        _day(predicted.loaded_p80 if predicted else None),
        str(view.case.id),
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _rows(filters: Mapping[str, str]) -> Iterator[list[str]]:
    text = filters.get("on", "")
    try:
        on = date.fromisoformat(text) if text else services.today()
    except ValueError as error:
        raise invalid("on", "Give a date as YYYY-MM-DD.") from error
    for hold in services.holds(on):
        yield _cells(hold, on)


declare_export(Export("holds", "Hold list", HOLDS_READ, COLUMNS, _rows, filters=("on",)))
