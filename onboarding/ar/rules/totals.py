"""Adding up what was received, and tying it out to the cent.

Two amounts are kept everywhere and never netted: what is owed (positive balances) and credits (negative ones).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

# Upper ends of the buckets in days; what is older than the last one falls into the open bucket.
SCHEMES: Mapping[str, tuple[int, ...]] = {
    "standard": (30, 60, 90, 120, 180),
    "short": (30, 60, 90, 120),
    "simplepractice": (0, 30, 60, 90),
    "therabill": (29, 59, 89, 119),
}
OUTCOMES = ("accepted", "rejected", "duplicate")


class LawBroken(ValueError):
    """Accepted, rejected and duplicate do not add up to received: a mistake of ours that must never be stored."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Rows with what they owe and their credits (zero or less), in cents."""

    rows: int = 0
    owed_cents: int = 0
    credits_cents: int = 0

    def plus(self, balance_cents: int | None) -> Amount:
        """Return this amount with one more row; a row whose balance could not be read counts as a row without cents."""
        balance = balance_cents or 0
        return Amount(self.rows + 1, self.owed_cents + max(balance, 0), self.credits_cents + min(balance, 0))

    def and_also(self, other: Amount) -> Amount:
        """Return the sum of two amounts."""
        return Amount(
            self.rows + other.rows, self.owed_cents + other.owed_cents, self.credits_cents + other.credits_cents
        )

    @property
    def net_cents(self) -> int:
        """What is owed less credits: only to compare with a source that nets."""
        return self.owed_cents + self.credits_cents


@dataclass(frozen=True, slots=True)
class RowFacts:
    """One received row: `outcome` is accepted, rejected or duplicate. Payer and bucket may be unknown when rejected."""

    outcome: str
    balance_cents: int | None
    payer: str = ""
    bucket: str = ""


@dataclass(frozen=True)
class Totals:
    """One amount as a whole, by payer and by bucket."""

    total: Amount = field(default_factory=Amount)
    by_payer: Mapping[str, Amount] = field(default_factory=dict)
    by_bucket: Mapping[str, Amount] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportTotals:
    """What was received and what became of it."""

    received: Totals
    accepted: Totals
    rejected: Totals
    duplicate: Totals


@dataclass(frozen=True)
class Control:
    """What the source says of itself; empty parts are not compared. Cents, except `count` (rows)."""

    total_cents: int | None = None
    count: int | None = None
    by_payer: Mapping[str, int] = field(default_factory=dict)
    by_bucket: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to compare with."""
        return self.total_cents is None and self.count is None and not self.by_payer and not self.by_bucket


@dataclass(frozen=True, slots=True)
class Difference:
    """One total that differs: `of` is total, count, payer or bucket; `difference` is ours less theirs."""

    of: str
    key: str
    theirs: int
    ours: int

    @property
    def difference(self) -> int:
        """Return ours less theirs."""
        return self.ours - self.theirs


@dataclass(frozen=True)
class TieOut:
    """The comparison. `matches` counts totals that are equal; `basis` says which of our totals were compared."""

    matches: int
    differences: tuple[Difference, ...]
    basis: str

    @property
    def is_tied(self) -> bool:
        """Say whether something was compared and nothing differed."""
        return self.matches > 0 and not self.differences


def bucket_labels(scheme: str = "standard") -> tuple[str, ...]:
    """Return the names of the buckets in order: `0-30`, `31-60` … `180+`.

    Raises:
        KeyError: There is no such scheme.
    Source:
        Bucket schemes of EHR exports (reference.yaml, ar_import.bucket_schemes_seen).
    """
    ends = SCHEMES[scheme]
    first = "current" if ends[0] == 0 else f"0-{ends[0]}"
    return (first, *(f"{low + 1}-{high}" for low, high in pairwise(ends)), f"{ends[-1]}+")


def bucket(age_days: int, scheme: str = "standard") -> str:
    """Return the bucket of a balance that is `age_days` old, counted from the date of service; a later date counts as
    new.

    Raises:
        KeyError: There is no such scheme.
    Source:
        Bucket schemes of EHR exports (reference.yaml, ar_import.bucket_schemes_seen).
    """
    ends = SCHEMES[scheme]
    place = next((index for index, end in enumerate(ends) if age_days <= end), len(ends))
    return bucket_labels(scheme)[place]


def _totals(rows: Iterable[RowFacts]) -> Totals:
    total, by_payer, by_bucket = Amount(), dict[str, Amount](), dict[str, Amount]()
    for row in rows:
        total = total.plus(row.balance_cents)
        by_payer[row.payer] = by_payer.get(row.payer, Amount()).plus(row.balance_cents)
        by_bucket[row.bucket] = by_bucket.get(row.bucket, Amount()).plus(row.balance_cents)
    return Totals(total, by_payer, by_bucket)


def add_up(rows: Iterable[RowFacts]) -> ImportTotals:
    """Add up all received rows by what became of them.

    Raises:
        ValueError: A row has an unknown outcome.
        LawBroken: The parts are not the whole.
    Source:
        Product rule: accepted + rejected + duplicate = received, in rows and in cents; credits never netted (domain.md
        4.2).
    """
    received = list(rows)
    unknown = {row.outcome for row in received} - set(OUTCOMES)
    if unknown:
        raise ValueError(f"unknown outcomes: {', '.join(sorted(unknown))}")
    accepted, rejected, duplicate = (_totals(row for row in received if row.outcome == each) for each in OUTCOMES)
    totals = ImportTotals(_totals(received), accepted, rejected, duplicate)
    check_law(totals)
    return totals


def check_law(totals: ImportTotals) -> None:
    """Make sure that nothing is lost or doubled: the parts are the whole, also by payer and by bucket.

    Raises:
        LawBroken: They are not; the message names the first place where.
    Source:
        Product rule: nothing is lost, nothing is doubled (design.md 2).
    """
    parts = (totals.accepted, totals.rejected, totals.duplicate)

    def demand(where: str, whole: Amount, amounts: Iterable[Amount]) -> None:
        added = Amount()
        for amount in amounts:
            added = added.and_also(amount)
        if added != whole:
            raise LawBroken(f"{where}: accepted, rejected and duplicate are {added}, received are {whole}")

    demand("total", totals.received.total, (part.total for part in parts))
    for payer in {key for part in (totals.received, *parts) for key in part.by_payer}:
        whole = totals.received.by_payer.get(payer, Amount())
        demand(f"payer {payer!r}", whole, (part.by_payer.get(payer, Amount()) for part in parts))
    for label in {key for part in (totals.received, *parts) for key in part.by_bucket}:
        whole = totals.received.by_bucket.get(label, Amount())
        demand(f"bucket {label!r}", whole, (part.by_bucket.get(label, Amount()) for part in parts))


def _compared(ours: Totals, control: Control, netted: bool) -> tuple[int, tuple[Difference, ...]]:
    def cents(amount: Amount | None) -> int:
        return 0 if amount is None else amount.net_cents if netted else amount.owed_cents

    pairs: list[Difference] = []
    if control.total_cents is not None:
        pairs.append(Difference("total", "", control.total_cents, cents(ours.total)))
    if control.count is not None:
        pairs.append(Difference("count", "", control.count, ours.total.rows))
    pairs += [Difference("payer", key, value, cents(ours.by_payer.get(key))) for key, value in control.by_payer.items()]
    pairs += [
        Difference("bucket", key, value, cents(ours.by_bucket.get(key))) for key, value in control.by_bucket.items()
    ]
    # A source that lists its payers or buckets lists all of them: what we have beside them is a difference too.
    for of, theirs, here in (
        ("payer", control.by_payer, ours.by_payer),
        ("bucket", control.by_bucket, ours.by_bucket),
    ):
        if theirs:
            extra = sorted(key for key in here if key not in theirs and cents(here[key]))
            pairs += [Difference(of, key, 0, cents(here[key])) for key in extra]
    different = tuple(pair for pair in pairs if pair.ours != pair.theirs)
    return len(pairs) - len(different), different


def tie_out(totals: ImportTotals, control: Control) -> TieOut:
    """Compare an import with the totals that its source states, to the cent.

    A source states its totals over all its rows or over those without repeats and rejects, with credits shown apart or
    netted. Whichever of these agrees best with all its totals at once is taken, and named: a payer's total is never
    compared on another basis than the whole. Stored totals keep credits apart in any case.

    Source:
        Product rule: tie-out to the cent by payer and bucket before any work, credits never netted (domain.md 4.2).
    """
    if control.is_empty:
        return TieOut(0, (), "nothing to compare with")
    candidates: list[tuple[int, int, TieOut]] = []
    for ours, words in (
        (totals.received, "all received rows"),
        (totals.accepted, "accepted rows"),
    ):
        for netted in (False, True):
            matches, different = _compared(ours, control, netted)
            basis = f"{words}, credits {'netted as the source does' if netted else 'apart'}"
            distance = sum(abs(each.difference) for each in different)
            candidates.append((len(different), distance, TieOut(matches, different, basis)))
    return min(candidates, key=lambda item: item[:2])[2]
