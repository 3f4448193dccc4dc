"""The hold list as a file for the billing system."""

from __future__ import annotations

from datetime import date

from flask import Response

from credentialing.panel import services
from infra.web.exports import csv_answer

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
