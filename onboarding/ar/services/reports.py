"""Reading the receivables that were taken over: aging by payer and bucket, the worklist, what a filing limit endangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, literal, or_, select, tuple_

from infra import clock
from infra.db import current_tenant, db
from infra.problems import NotFound, invalid
from onboarding.ar.models import ArImport, ArLine, Remittance
from onboarding.ar.rules import SCHEMES, ClaimFacts, Triage, bucket_labels, triage
from onboarding.ar.rules.triage import RESCUE_DAYS
from onboarding.ar.states import ArImportStatus as S
from tenants.clinics.services import get_clinic

FAR_AWAY = date(9999, 12, 31)
SORTS = ("deadline", "balance", "age")


@dataclass
class AgingRow:
    """One payer: what is owed by bucket (positive balances), its credits (zero or less) and its number of rows."""

    payer: str
    payer_key: str
    payer_id: str | None
    cents: dict[str, int]
    counts: dict[str, int]
    credits_cents: int = 0
    credits: int = 0

    @property
    def total_cents(self) -> int:
        """What is owed, credits apart."""
        return sum(self.cents.values())

    @property
    def count(self) -> int:
        """Rows that owe something."""
        return sum(self.counts.values())


@dataclass
class Aging:
    """Receivables by payer and bucket as of a day. `is_accepted` False: of an import that nobody has accepted yet."""

    as_of: date
    buckets: tuple[str, ...]
    rows: list[AgingRow] = field(default_factory=list)
    is_accepted: bool = False
    import_ids: tuple[UUID, ...] = ()

    @property
    def total_cents(self) -> int:
        """What is owed by all payers, credits apart."""
        return sum(row.total_cents for row in self.rows)

    @property
    def credits_cents(self) -> int:
        """All credits; zero or less, never netted."""
        return sum(row.credits_cents for row in self.rows)

    @property
    def by_bucket(self) -> dict[str, int]:
        """What is owed by bucket."""
        return {label: sum(row.cents[label] for row in self.rows) for label in self.buckets}

    @property
    def count(self) -> int:
        """Rows that owe something."""
        return sum(row.count for row in self.rows)


@dataclass(frozen=True, slots=True)
class Sources:
    """The imports that make up the receivables: all accepted ones, else the newest that was read."""

    ids: tuple[UUID, ...]
    as_of: date | None
    scheme: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A line of the worklist with how it is worked."""

    line: ArLine
    triage: Triage
    age_days: int


def sources(import_id: UUID | None = None) -> Sources:
    """Which imports count. Raises `NotFound` when `import_id` names none that was read."""
    query = select(ArImport.id, ArImport.as_of, ArImport.scheme, ArImport.status).where(
        ArImport.tenant_id == current_tenant(),
        ArImport.read_at.is_not(None),
        or_(ArImport.format.is_(None), ArImport.format != "x12_835"),
        ArImport.superseded_by.is_(None),
        ArImport.status.in_((S.ACCEPTED, S.READY, S.TIED_OUT)),
    )
    if import_id is not None:
        query = query.where(ArImport.id == import_id)
    found = db().execute(query.order_by(ArImport.id.desc()).limit(100)).all()
    if import_id is not None and not found:
        raise NotFound
    accepted = [row for row in found if row.status == S.ACCEPTED]
    chosen = accepted or found[:1]
    schemes = {row.scheme for row in chosen}
    return Sources(
        ids=tuple(row.id for row in chosen),
        as_of=max((row.as_of for row in chosen if row.as_of), default=None),
        scheme=schemes.pop() if len(schemes) == 1 else "standard",
        is_accepted=bool(accepted),
    )


def aging(*, import_id: UUID | None = None, as_of: date | None = None, scheme: str | None = None) -> Aging:
    """Receivables by payer and bucket. On the import's own day and scheme the buckets are those of the file.

    Raises:
        NotFound: There is no such import.
        Invalid: There is no such scheme.
    """
    if scheme is not None and scheme not in SCHEMES:
        raise invalid("scheme", f"Choose one of: {', '.join(SCHEMES)}.")
    found = sources(import_id)
    day = as_of or found.as_of or clock.today(get_clinic().timezone)
    name = scheme or found.scheme
    own = name == found.scheme and day == found.as_of and len(found.ids) == 1
    labels = bucket_labels(name)
    answer = Aging(day, labels, is_accepted=found.is_accepted, import_ids=found.ids)
    if not found.ids:
        return answer
    label: ColumnElement[Any] = ArLine.bucket.expression if own else _label_by_age(day, name)
    _fill(answer, _rows(found.ids, label))
    return answer


def aging_of(row: ArImport) -> Aging:
    """The aging of one import that was read, also when a later one has replaced it, in its own buckets."""
    answer = Aging(row.as_of or FAR_AWAY, bucket_labels(row.scheme), is_accepted=row.status == S.ACCEPTED)
    answer.import_ids = (row.id,)
    _fill(answer, _rows(answer.import_ids, ArLine.bucket.expression))
    return answer


def _fill(answer: Aging, rows: list[AgingRow]) -> None:
    extra = {key for row in rows for key in row.cents} - set(answer.buckets)
    answer.rows, answer.buckets = rows, (*answer.buckets, *sorted(extra))
    for row in rows:
        row.cents = {key: row.cents.get(key, 0) for key in answer.buckets}
        row.counts = {key: row.counts.get(key, 0) for key in answer.buckets}


def _label_by_age(day: date, scheme: str) -> ColumnElement[Any]:
    ends, labels = SCHEMES[scheme], bucket_labels(scheme)
    steps = [
        (ArLine.service_on >= day - timedelta(days=end), literal(label))
        for end, label in zip(ends, labels, strict=False)
    ]
    return case(*steps, else_=labels[-1])


def _rows(ids: Sequence[UUID], label: ColumnElement[Any]) -> list[AgingRow]:
    owed = cast(func.coalesce(func.sum(func.greatest(ArLine.balance_cents, 0)), 0), BigInteger)
    credit = cast(func.coalesce(func.sum(func.least(ArLine.balance_cents, 0)), 0), BigInteger)
    named = label.label("bucket_name")
    found = db().execute(
        select(
            ArLine.payer_key,
            func.min(ArLine.payer_name).label("payer"),
            func.min(ArLine.payer_id).label("payer_id"),
            named,
            owed.label("owed"),
            credit.label("credit"),
            func.count().filter(ArLine.balance_cents >= 0).label("owing"),
            func.count().filter(ArLine.balance_cents < 0).label("credits"),
        )
        .where(ArLine.tenant_id == current_tenant(), ArLine.import_id.in_(ids))
        .group_by(ArLine.payer_key, named)
    )
    rows: dict[str, AgingRow] = {}
    for each in found:
        row = rows.setdefault(each.payer_key, AgingRow(each.payer, each.payer_key, each.payer_id, {}, {}))
        row.payer, row.payer_id = min(row.payer, each.payer), row.payer_id or each.payer_id
        row.cents[each.bucket_name] = row.cents.get(each.bucket_name, 0) + each.owed
        row.counts[each.bucket_name] = row.counts.get(each.bucket_name, 0) + each.owing
        row.credits_cents += each.credit
        row.credits += each.credits
    return sorted(rows.values(), key=lambda row: (-row.total_cents, row.payer))


@dataclass(frozen=True, slots=True)
class ClaimQuery:
    """What of the worklist is wanted. `due_within` are days to the filing limit; `after` is the last row's sort value and id."""

    sort: str = "deadline"
    payer_key: str | None = None
    bucket: str | None = None
    due_within: int | None = None
    import_id: UUID | None = None
    after: tuple[str, UUID] | None = None


def claims(wanted: ClaimQuery, *, limit: int) -> list[Claim]:
    """Lines of the worklist, each with its filing limit, disposition and priority. Raises `Invalid`, `NotFound`."""
    if wanted.sort not in SORTS:
        raise invalid("sort", f"Choose one of: {', '.join(SORTS)}.")
    found = sources(wanted.import_id)
    today = clock.today(get_clinic().timezone)
    if not found.ids:
        return []
    query = select(ArLine).where(ArLine.tenant_id == current_tenant(), ArLine.import_id.in_(found.ids))
    if wanted.payer_key is not None:
        query = query.where(ArLine.payer_key == wanted.payer_key)
    if wanted.bucket is not None:
        query = query.where(ArLine.bucket == wanted.bucket)
    if wanted.due_within is not None:
        query = query.where(_due(today, wanted.due_within))
    key, is_rising = _sort_key(wanted.sort)
    if wanted.after is not None:
        text, last_id = wanted.after
        place, seen = tuple_(key, ArLine.id), tuple_(literal(_last_value(text, wanted.sort)), literal(last_id))
        query = query.where(place > seen if is_rising else place < seen)
    order = (key, ArLine.id) if is_rising else (key.desc(), ArLine.id.desc())
    return [_claim(line, today) for line in db().scalars(query.order_by(*order).limit(limit))]


def _sort_key(sort: str) -> tuple[ColumnElement[Any], bool]:
    if sort == "balance":
        return ArLine.balance_cents.expression, False
    if sort == "age":
        return ArLine.service_on.expression, True
    return func.coalesce(ArLine.filing_deadline, FAR_AWAY), True


def _last_value(text: str, sort: str) -> int | date:
    try:
        return int(text) if sort == "balance" else date.fromisoformat(text)
    except ValueError as error:
        raise invalid("cursor", "That cursor was not made here.") from error


def sort_value(claim: Claim, sort: str) -> str:
    """The value of a claim by which the list is sorted, for the cursor."""
    if sort == "balance":
        return str(claim.line.balance_cents)
    return str(claim.line.service_on if sort == "age" else claim.line.filing_deadline or FAR_AWAY)


def _due(today: date, days: int) -> ColumnElement[bool]:
    return and_(
        ArLine.filing_deadline >= today,
        ArLine.filing_deadline <= today + timedelta(days=days),
        ArLine.balance_cents > 0,
        ArLine.responsibility != "patient",
    )


def _claim(line: ArLine, today: date) -> Claim:
    limit = (line.filing_deadline - line.service_on).days if line.filing_deadline else None
    facts = ClaimFacts(line.balance_cents, line.responsibility, line.service_on, limit)
    return Claim(line, triage(facts, today), (today - line.service_on).days)


def lines_of(
    import_id: UUID, *, payer_key: str | None = None, bucket: str | None = None, after: int | None = None, limit: int
) -> Sequence[ArLine]:
    """Rows that an import took over, in the order of the file."""
    query = select(ArLine).where(ArLine.tenant_id == current_tenant(), ArLine.import_id == import_id)
    if payer_key is not None:
        query = query.where(ArLine.payer_key == payer_key)
    if bucket is not None:
        query = query.where(ArLine.bucket == bucket)
    if after is not None:
        query = query.where(ArLine.line_number > after)
    return db().scalars(query.order_by(ArLine.line_number).limit(limit)).all()


def filing_risk(within_days: int = RESCUE_DAYS) -> tuple[int, int]:
    """How many insurance claims, and how many cents, pass their filing limit within the next days."""
    found = sources()
    if not found.ids:
        return 0, 0
    today = clock.today(get_clinic().timezone)
    row = (
        db()
        .execute(
            select(func.count(), cast(func.coalesce(func.sum(ArLine.balance_cents), 0), BigInteger)).where(
                ArLine.tenant_id == current_tenant(), ArLine.import_id.in_(found.ids), _due(today, within_days)
            )
        )
        .one()
    )
    return row[0], row[1]


def revenue_at_risk_cents() -> int:
    """What of the accepted receivables passes its payer's filing limit within 30 days, in cents; for the portfolio.

    Only positive insurance balances of accepted, current imports count; what nobody has accepted yet is no revenue.
    """
    return filing_risk()[1] if sources().is_accepted else 0


def remittances_of(some_id: UUID) -> list[Remittance]:
    """The payments of an import, or the one payment with that id. Raises `NotFound`."""
    found = list(
        db().scalars(
            select(Remittance)
            .where(
                Remittance.tenant_id == current_tenant(),
                or_(Remittance.import_id == some_id, Remittance.id == some_id),
            )
            .order_by(Remittance.position)
        )
    )
    if not found:
        raise NotFound
    return found


def added_up(payments: Sequence[Remittance]) -> dict[str, Any]:
    """The summary of payments: names and numbers without repetition, claims, cents, and adjustments by group and reason."""
    totals: dict[tuple[str, str], list[int]] = {}
    for payment in payments:
        for each in payment.summary["adjustments"]:
            total = totals.setdefault((each["group"], each["carc"]), [0, 0])
            total[0] += each["amount_cents"]
            total[1] += each["count"]
    names = ("claims", "service_lines", "charge_cents", "paid_cents", "patient_responsibility_cents")
    summed = {name: sum(each.summary[name] for each in payments) for name in (*names, "provider_adjustment_cents")}
    return {
        "payer": ", ".join(dict.fromkeys(filter(None, (each.payer_name for each in payments)))),
        "payee_npi": ", ".join(dict.fromkeys(filter(None, (each.payee_npi for each in payments)))),
        "remittances": len(payments),
        "payment_cents": sum(each.payment_cents for each in payments),
        **summed,
        # A payment that was read before this was noted says nothing of it.
        "claims_not_balancing": sum(each.summary.get("claims_not_balancing", 0) for each in payments),
        "unbalanced": [claim for each in payments for claim in each.summary.get("unbalanced", [])],
        "adjustments": [
            {"group": group, "carc": carc, "amount_cents": cents, "count": count}
            for (group, carc), (cents, count) in sorted(totals.items())
        ],
        "payments": [
            {
                "id": each.id,
                "trace": each.trace,
                "payer": each.payer_name,
                "payment_cents": each.payment_cents,
                "payment_on": each.payment_on,
                "is_duplicate": each.is_duplicate,
            }
            for each in payments
        ],
    }
