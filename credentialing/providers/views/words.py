"""Words that the provider pages share: payers, months, values as people read them, where a fact came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from credentialing.payers.book import load_book
from credentialing.providers.models import FieldChange
from credentialing.providers.provenance import SOURCE_WORDS
from credentialing.providers.rules.history import Month
from credentialing.providers.sections.fields import FieldSpec, as_option
from infra.words import human_date, money
from tenants.access.chrome import clinic_today, moment


def payer_names(payer_ids: Sequence[str]) -> str:
    """`Aetna, Cigna, Medicare and 4 more`."""
    book = load_book().payers
    names = [book[payer_id].short_name for payer_id in payer_ids if payer_id in book]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def control_value(spec: FieldSpec, value: Any) -> str:
    """A value as the form control holds it; secrets never reach a control."""
    if spec.is_secret or value is None:
        return ""
    if spec.control == "dollars":
        return f"{value / 100:,.2f}".removesuffix(".00")
    if spec.control == "codes":
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else as_option(value)


def value_words(spec: FieldSpec | None, text: str | None) -> str:
    """A value of the history as people read it."""
    if not text:
        return "nothing"
    if spec is None or spec.is_secret:
        return text
    if spec.control == "dollars" and text.isdigit():
        return money(int(text), exact=int(text) % 100 != 0)
    if spec.control == "yes_no":
        return text.capitalize()
    try:
        if spec.control == "month":
            return Month.parse(text).words
        if spec.control == "date":
            return human_date(date.fromisoformat(text), clinic_today())
    except ValueError:
        return text
    return dict(spec.options).get(text, text)


def change_words(change: FieldChange) -> str:
    """`Casey Clinic, Tue, Nov 24, 2:05 PM, from a roster (staff.csv)`."""
    detail = f" ({change.source_detail})" if change.source_detail else ""
    return f"{change.changed_by_name}, {moment(change.created_at)}, {SOURCE_WORDS[change.source]}{detail}"
