"""What may be sent and read about AR imports, receivables and remittances."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from integrations.tabular import parse_cents
from onboarding.ar.jsonb import PARTS, totals_from_json
from onboarding.ar.models import ArImport
from onboarding.ar.services.reports import Claim
from tenants.schemas import StrictSchema, text_field

FORMATS = ("auto", "csv", "tsv", "xlsx", "x12_835", "x12_837")
_LIMIT = validate.Range(-(10**15), 10**15, error="That is no amount of a clinic.")


def _cents(**options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=_LIMIT, allow_none=True, **options)


class ArControlSchema(StrictSchema):
    """What the source says of itself: cents, and rows in `count`."""

    total_cents = _cents()
    count = fields.Integer(strict=True, validate=validate.Range(0, 10**9), allow_none=True)
    by_bucket = fields.Dict(keys=fields.String(), values=fields.Integer(strict=True, validate=_LIMIT))
    by_payer = fields.Dict(keys=fields.String(), values=fields.Integer(strict=True, validate=_LIMIT))


class NewArImportSchema(StrictSchema):
    """A file to import."""

    document_id = fields.UUID(required=True)
    format = fields.String(validate=validate.OneOf(FORMATS), load_default="auto")
    mapping = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    as_of = fields.Date()
    allow_foreign_payee = fields.Boolean(load_default=False)
    control = fields.Nested(ArControlSchema, load_default=dict)


class ColumnMappingSchema(StrictSchema):
    """What the columns mean, `{field: header}`."""

    mapping = fields.Dict(keys=fields.String(), values=fields.String(), required=True, validate=validate.Length(min=1))
    as_of = fields.Date()


class AcceptArImportSchema(StrictSchema):
    """Taking an import over. `keep_earlier` adds it to the accepted ones instead of replacing them."""

    reason = text_field(longest=500)
    keep_earlier = fields.Boolean(load_default=False)


def dollars_field(**options: Any) -> fields.String:
    """Dollars and cents as people type them; `ControlForm` turns them into cents."""
    return text_field(longest=40, **options)


class ControlForm(StrictSchema):
    """Control totals as a person types them: dollars, rows, and one `name: amount` a line."""

    total = dollars_field()
    count = fields.Integer(validate=validate.Range(0, 10**9))
    by_payer = text_field(longest=5000)
    by_bucket = text_field(longest=2000)

    @post_load
    def _control(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        control: dict[str, Any] = {}
        if "total" in values:
            control["total_cents"] = _typed_cents(values.pop("total"), "total")
        for name in ("by_payer", "by_bucket"):
            if name in values:
                control[name] = _typed_list(values.pop(name), name)
        if "count" in values:
            control["count"] = values.pop("count")
        return values | {"control": control}


class ImportForm(ControlForm):
    """The form beside the drop zone: the file, its day, and the control totals."""

    document_id = fields.UUID(required=True, error_messages={"required": "Choose the file to import."})
    format = fields.String(validate=validate.OneOf(FORMATS), load_default="auto")
    as_of = fields.Date()
    allow_foreign_payee = fields.Boolean(load_default=False)


def _typed_cents(text: str, name: str) -> int:
    try:
        return parse_cents(text)
    except ValueError as wrong:
        raise ValidationError({name: [f"{text} is not an amount: write it as 84,306.04."]}) from wrong


def _typed_list(text: str, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        label, colon, amount = line.rpartition(":")
        if not colon or not label.strip():
            raise ValidationError({name: [f"{line}: write a name, a colon and an amount."]})
        found[label.strip()] = _typed_cents(amount.strip(), name)
    return found


class AcceptForm(AcceptArImportSchema):
    """The accept button; a checkbox that is not set is not sent."""

    @pre_load
    def _strip(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value not in ("", None)}


class ArProgressSchema(Schema):
    """Rows read so far, and how many lines the file has (0: not known)."""

    done = fields.Integer()
    total = fields.Integer()


class ArPartsSchema(Schema):
    """received = accepted + rejected + duplicate."""

    received = fields.Integer()
    accepted = fields.Integer()
    rejected = fields.Integer()
    duplicate = fields.Integer()


class ArDifferenceSchema(Schema):
    """One total that differs: cents, or rows when `of` is count."""

    of = fields.String(metadata={"description": "total, count, payer, bucket or payment"})
    key = fields.String()
    label = fields.String()
    theirs_cents = fields.Integer()
    ours_cents = fields.Integer()
    difference_cents = fields.Integer()
    theirs = fields.Integer()
    ours = fields.Integer()
    difference = fields.Integer()


class TieOutSchema(Schema):
    """`matches`: something was compared and nothing differs. `compared` totals, `basis` in words."""

    matches = fields.Boolean()
    compared = fields.Integer()
    basis = fields.String()
    control = fields.Dict()
    stated_total_cents = fields.Integer(
        allow_none=True, metadata={"description": "The total that the file itself states"}
    )
    differences = fields.List(fields.Nested(ArDifferenceSchema))


class MappingAnswerSchema(Schema):
    """The columns of the file and what they are taken for."""

    columns = fields.Dict(metadata={"description": "field: header, as read or chosen"})
    headers = fields.List(fields.String())
    guess = fields.Dict()
    confidence = fields.Float(allow_none=True)
    missing = fields.List(fields.String())
    preset = fields.String(allow_none=True)


class ArImportSchema(Schema):
    """An import. Cents are sums of balances, credits included; `owed_cents` and `credits_cents` keep them apart."""

    id = fields.UUID()
    document_id = fields.UUID()
    filename = fields.String()
    format = fields.String(allow_none=True)
    status = fields.String()
    error = fields.String(allow_none=True)
    as_of = fields.Date(allow_none=True)
    job_id = fields.UUID(allow_none=True)
    created_at = fields.AwareDateTime()
    read_at = fields.AwareDateTime(allow_none=True)
    progress = fields.Nested(ArProgressSchema)
    rows = fields.Nested(ArPartsSchema)
    total_cents = fields.Nested(ArPartsSchema)
    owed_cents = fields.Nested(ArPartsSchema)
    credits_cents = fields.Integer(
        metadata={"description": "Credits among the accepted rows, zero or less, never netted"}
    )
    by_bucket = fields.Dict(metadata={"description": "Accepted cents by bucket"})
    by_payer = fields.Dict(metadata={"description": "Accepted cents by payer"})
    tie_out = fields.Nested(TieOutSchema)
    mapping = fields.Nested(MappingAnswerSchema)
    same_file_as = fields.UUID(allow_none=True)
    superseded_by = fields.UUID(allow_none=True)
    accepted_by = fields.String(allow_none=True, attribute="accepted_by_name")
    accepted_at = fields.AwareDateTime(allow_none=True)
    accepted_reason = fields.String(allow_none=True)


class ArImportListSchema(Schema):
    """Imports, newest first."""

    items = fields.List(fields.Nested(ArImportSchema))
    next_cursor = fields.String(allow_none=True)


def described(row: ArImport, progress: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """An import as it is answered."""
    totals = totals_from_json(row.totals) if row.totals else None
    labels = row.totals.get("labels", {})
    names = ArImportSchema().fields
    answer = {name: getattr(row, name) for name in names if hasattr(row, name)}
    return answer | {
        "accepted_by_name": row.accepted_by_name,
        "progress": {"done": progress[0], "total": progress[1]},
        "rows": {part: getattr(row, f"rows_{part}") for part in PARTS},
        "total_cents": {part: getattr(row, f"{part}_cents") for part in PARTS},
        "owed_cents": {part: getattr(totals, part).total.owed_cents if totals else 0 for part in PARTS},
        "by_bucket": {key: each.net_cents for key, each in totals.accepted.by_bucket.items() if key} if totals else {},
        "by_payer": {labels.get(key, key): each.net_cents for key, each in totals.accepted.by_payer.items()}
        if totals
        else {},
        "tie_out": {
            "matches": row.compared > 0 and not row.differences,
            "compared": row.compared,
            "basis": row.basis,
            "control": row.control,
            "stated_total_cents": row.stated_total_cents,
            "differences": row.differences,
        },
        "mapping": {"columns": row.mapping, **row.columns},
    }


class ArAgingRowSchema(Schema):
    """One payer. `cents` are what is owed by bucket; credits stand apart."""

    payer = fields.String()
    payer_key = fields.String()
    payer_id = fields.String(allow_none=True)
    cents = fields.Dict(keys=fields.String(), values=fields.Integer())
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    total_cents = fields.Integer()
    count = fields.Integer()
    credits_cents = fields.Integer()
    credits = fields.Integer()


class ArAgingSchema(Schema):
    """Receivables by payer and bucket as of a day."""

    as_of = fields.Date()
    is_accepted = fields.Boolean(metadata={"description": "False: of the newest import, which nobody has accepted yet"})
    import_ids = fields.List(fields.UUID())
    buckets = fields.List(fields.String())
    rows = fields.List(fields.Nested(ArAgingRowSchema))
    by_bucket = fields.Dict(keys=fields.String(), values=fields.Integer())
    total_cents = fields.Integer()
    credits_cents = fields.Integer()
    count = fields.Integer()


class ArClaimSchema(Schema):
    """A line of the worklist."""

    id = fields.UUID()
    claim_id = fields.String()
    account = fields.String()
    payer = fields.String()
    payer_id = fields.String(allow_none=True)
    date_of_service = fields.Date()
    balance_cents = fields.Integer()
    responsibility = fields.String()
    age_days = fields.Integer()
    bucket = fields.String()
    filing_deadline = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    disposition = fields.String()
    priority = fields.Integer()
    why = fields.String()


class ArClaimListSchema(Schema):
    """The worklist."""

    items = fields.List(fields.Nested(ArClaimSchema))
    next_cursor = fields.String(allow_none=True)


def described_claim(claim: Claim) -> dict[str, Any]:
    """A line of the worklist as it is answered."""
    line, found = claim.line, claim.triage
    return {
        "id": line.id,
        "claim_id": line.external_claim_id,
        "account": line.external_account,
        "payer": line.payer_name,
        "payer_id": line.payer_id,
        "date_of_service": line.service_on,
        "balance_cents": line.balance_cents,
        "responsibility": line.responsibility,
        "age_days": claim.age_days,
        "bucket": line.bucket,
        "filing_deadline": found.filing_deadline,
        "days_left": found.days_left,
        "disposition": found.disposition,
        "priority": found.priority,
        "why": found.why,
    }


class AdjustmentSchema(Schema):
    """Adjustments of one group and reason code."""

    group = fields.String()
    carc = fields.String()
    amount_cents = fields.Integer()
    count = fields.Integer()


class PaymentSchema(Schema):
    """One payment of an 835."""

    id = fields.UUID()
    trace = fields.String()
    payer = fields.String()
    payment_cents = fields.Integer()
    payment_on = fields.Date(allow_none=True)
    is_duplicate = fields.Boolean()


class UnbalancedClaimSchema(Schema):
    """A claim whose adjustments do not add up to its charge less what was paid; `segment` is its place in the file."""

    segment = fields.Integer()
    unpaid_cents = fields.Integer()
    adjusted_cents = fields.Integer()


class RemittanceSummarySchema(Schema):
    """What an 835 comes to."""

    payer = fields.String()
    payee_npi = fields.String()
    remittances = fields.Integer()
    payment_cents = fields.Integer()
    claims = fields.Integer()
    service_lines = fields.Integer()
    charge_cents = fields.Integer()
    paid_cents = fields.Integer()
    patient_responsibility_cents = fields.Integer()
    provider_adjustment_cents = fields.Integer()
    claims_not_balancing = fields.Integer()
    unbalanced = fields.List(fields.Nested(UnbalancedClaimSchema))
    adjustments = fields.List(fields.Nested(AdjustmentSchema))
    payments = fields.List(fields.Nested(PaymentSchema))
