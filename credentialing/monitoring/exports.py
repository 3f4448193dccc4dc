"""What runs out, and the lapses, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from credentialing.monitoring.permissions import EXPIRY_LIST
from credentialing.monitoring.rules import when_words
from credentialing.monitoring.services import list_lapses, list_watched
from credentialing.providers.services import provider_names
from credentialing.requirements.rules import PARTY_WORDS
from infra import clock
from tenants.clinics.services import get_clinic
from tenants.exports.registry import Export, declare_export


def _expirables(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    today = clock.today(get_clinic().timezone)
    until: date | None = None if filters.get("show") == "all" else today + timedelta(days=120)
    for row in list_watched(until=until, limit=50_000):
        item, note = row.item, row.note
        yield (
            row.whose,
            item.label,
            item.kind,
            item.state,
            item.ends_on,
            when_words(item.ends_on, today),
            PARTY_WORDS[item.owes],
            item.holds,
            note.reason if note else "",
            note.until_on if note else None,
        )


def _lapses(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    rows = list_lapses(limit=50_000)
    names = provider_names([row.provider_id for row in rows if row.provider_id])
    clinic = get_clinic().name
    for row in rows:
        whose = names.get(row.provider_id, "") if row.provider_id else clinic
        yield whose, row.label, row.kind, row.state, row.ends_on, row.holds, row.closed_how or "open", row.restored_on


declare_export(
    Export(
        "expirables",
        "What runs out",
        EXPIRY_LIST,
        (
            "Provider",
            "What",
            "Code",
            "State",
            "Ends on",
            "When",
            "Who renews",
            "Holds billing after",
            "Said",
            "Until",
        ),
        _expirables,
        filters=("show",),
    )
)
declare_export(
    Export(
        "lapses",
        "Lapses",
        EXPIRY_LIST,
        ("Provider", "What", "Code", "State", "Ended on", "Held billing", "How it ended", "Counts again from"),
        _lapses,
    )
)
