"""What a roster row says, as statements about the provider's file, and where one file contradicts itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from credentialing.providers.rules.incoming import ADDED_TO, IDENTITY, FieldDiff, Statement, comparable
from credentialing.providers.rules.people import proper_name
from integrations.roster import RosterRow


def statements_of(row: RosterRow) -> list[Statement]:
    """Return what a row says of the provider and of each credential; what it leaves empty is left out and changes nothing.

    Source:
        Issue 3, part 2: the columns of a roster that belong to credentials.
    """
    identity = {
        "first_name": proper_name(row.first_name),
        "middle_name": proper_name(row.middle_name),
        "last_name": proper_name(row.last_name),
        "suffix": row.suffix,
        "former_names": [proper_name(name) for name in row.former_names],
        "credential": row.credential,
        "taxonomy": row.taxonomy_code,
        "email": row.email,
        "phone": row.phone,
        "birth_date": row.birth_on.isoformat() if row.birth_on else "",
        "ssn": row.ssn,
    }
    found = [_said(IDENTITY, identity)]
    found += [
        _said(
            "state_license",
            {"number": each.number, "state": each.state, "issued_on": each.issued_on, "expires_on": each.expires_on},
        )
        for each in row.licenses
    ]
    found.append(_said("caqh_profile", {"number": row.caqh_id, "issued_on": row.caqh_attested_on}))
    if row.dea_number:
        dea = {"number": row.dea_number, "state": row.dea_state, "expires_on": row.dea_expires_on}
        found.append(_said("dea", dea))
    if row.policy is not None:
        found.append(
            _said(
                "malpractice_face",
                {
                    "issuer": row.policy.carrier,
                    "number": row.policy.number,
                    "issued_on": row.policy.starts_on,
                    "expires_on": row.policy.expires_on,
                    "limits_each_cents": row.policy.each_cents,
                    "limits_total_cents": row.policy.total_cents,
                },
            )
        )
    found.append(_said("medicare_ptan", {"number": row.medicare_ptan}))
    found.append(_said("medicaid_id", {"number": row.medicaid_id}))
    found += [_said("languages", {"language": name}) for name in row.languages]
    return [statement for statement in found if statement.values]


def _said(kind: str, values: dict[str, Any]) -> Statement:
    return Statement(kind, {name: value for name, value in values.items() if value not in (None, "", [], ())})


@dataclass(slots=True)
class Claims:
    """What the rows of one file said so far of providers that it names more than once, so that it cannot contradict itself."""

    said: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)

    def contradictions(self, npi: str, line: int, statements: Sequence[Statement]) -> list[tuple[str, str]]:
        """Where a row says something else than an earlier row of the same provider: `(field, reason)` pairs, no secret in them."""
        found = []
        mine: dict[tuple[str, ...], tuple[str, int]] = {}
        for statement in statements:
            which = _claimed(statement)
            for name, value in statement.values.items():
                if name in ADDED_TO:
                    continue
                path: tuple[str, ...] = (npi, statement.kind, which, name)
                text = comparable(statement.kind, name, value)
                earlier = self.said.get(path)
                if earlier is not None and text and earlier[0] != text:
                    label = FieldDiff(statement.kind, name, None, value).label.lower()
                    found.append(
                        (roster_field(statement.kind, name), f"row {earlier[1]} says another {label} for this NPI")
                    )
                mine.setdefault(path, (text, line))
        if not found:
            for path, claim in mine.items():
                self.said.setdefault(path, claim)
        return found


def _claimed(statement: Statement) -> str:
    """Which record a claim is about: a second license of the same state is another one."""
    if statement.kind in (IDENTITY, "caqh_profile", "medicare_ptan"):
        return ""
    return (
        f"{statement.values.get('state') or ''}:{comparable(statement.kind, 'number', statement.values.get('number'))}"
    )


_ROSTER_FIELDS = {
    (IDENTITY, "taxonomy"): "taxonomy_code", (IDENTITY, "birth_date"): "birth_on",
    ("state_license", "number"): "license_number", ("state_license", "state"): "license_state",
    ("state_license", "expires_on"): "license_expires_on", ("state_license", "issued_on"): "license_issued_on",
    ("dea", "number"): "dea_number", ("dea", "state"): "dea_state", ("dea", "expires_on"): "dea_expires_on",
    ("caqh_profile", "number"): "caqh_id", ("caqh_profile", "issued_on"): "caqh_attested_on",
    ("malpractice_face", "number"): "malpractice_policy", ("malpractice_face", "issuer"): "malpractice_carrier",
    ("malpractice_face", "issued_on"): "malpractice_starts_on", ("malpractice_face", "expires_on"): "malpractice_expires_on",
    ("malpractice_face", "limits_each_cents"): "malpractice_each",
    ("malpractice_face", "limits_total_cents"): "malpractice_total",
    ("medicare_ptan", "number"): "medicare_ptan", ("medicaid_id", "number"): "medicaid_id",
}  # fmt: skip


def roster_field(kind: str, name: str) -> str:
    """Return the roster column that holds a field of a record.

    Source:
        The fields of `integrations.roster`.
    """
    return _ROSTER_FIELDS.get((kind, name), name)
