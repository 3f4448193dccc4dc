"""The kinds of fields in a file: what each accepts from a form and from JSON, and how it is shown again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from infra.problems import FieldError, Invalid
from integrations.npi import npi_is_valid
from tenants.schemas import STATE_CODES, StrictSchema, text_field

_MONTH = re.compile(r"^(?:(?P<y1>\d{4})-(?P<m1>\d{1,2})|(?P<m2>\d{1,2})\s*/\s*(?P<y2>\d{4}))(?:-\d{1,2})?$")
YES_NO = (("true", "Yes"), ("false", "No"))


class Month(fields.Field[str]):
    """A month: `2024-03` or `03/2024`, kept as `2024-03`. A whole date is cut to its month."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = value.isoformat() if isinstance(value, date) else str(value).strip()
        found = _MONTH.match(text)
        year = int(found["y1"] or found["y2"]) if found else 0
        month = int(found["m1"] or found["m2"]) if found else 0
        if not (1920 <= year <= 2100 and 1 <= month <= 12):
            raise ValidationError("Give a month and a year, for example 03/2024.")
        return f"{year:04}-{month:02}"


class Day(fields.Date):
    """A day between 1900 and 2200."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, date):
            return value
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not 1900 <= day.year <= 2200:
            raise ValidationError("That year cannot be right.")
        return day


class Dollars(fields.Field[int]):
    """Money: whole cents in JSON; in a form dollars as people write them (`1,000,000`, `$1M`, `250.50`)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            cents = value
        else:
            found = re.fullmatch(r"\$?\s*([0-9][0-9,]{0,14})(?:\.([0-9]{1,2}))?\s*([mMkK]?)", str(value).strip())
            if found is None:
                raise ValidationError("Give an amount in dollars, for example 1,000,000.")
            times = {"": 1, "k": 1_000, "m": 1_000_000}[found[3].lower()]
            whole = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
            cents = whole * times
        if not 0 <= cents <= 100_000_000_000:
            raise ValidationError("That amount cannot be right.")
        return cents


class Npi(fields.String):
    """An NPI with a right check digit."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        digits = re.sub(r"[\s.-]", "", str(value))
        if not npi_is_valid(digits):
            raise ValidationError("That is no NPI: ten digits, the last of which fits the others.")
        return digits


class Codes(fields.Field[list[str]]):
    """Taxonomy codes: a list in JSON, separated by commas in a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        parts = value if isinstance(value, list) else re.split(r"[\s,;]+", str(value))
        codes = [str(part).strip().upper() for part in parts if str(part).strip()]
        if wrong := [code for code in codes if not re.fullmatch(r"[0-9A-Z]{9}X", code)]:
            raise ValidationError(f"{wrong[0][:20]} is no taxonomy code: nine characters and an X.")
        if len(codes) > 15:
            raise ValidationError("The registry keeps at most 15 taxonomy codes.")
        return list(dict.fromkeys(codes))


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a section. `when` names another field and the values of it under which this one is asked for."""

    name: str
    label: str
    field: fields.Field[Any]
    control: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    needed: bool = False
    when: tuple[str, tuple[str, ...]] | None = None
    kinds: tuple[str, ...] = ()
    is_secret: bool = False
    for_staff: bool = False

    def asked(self, values: Mapping[str, Any], kind: str = "") -> bool:
        """True when this field is asked for beside these values, in a row of this kind."""
        if self.kinds and kind and kind not in self.kinds:
            return False
        return self.when is None or as_option(values.get(self.when[0])) in self.when[1]


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `kind` says where it is kept: `facts` (columns of the provider), `entries` or `credentials`.

    `asked_by` are requirement codes whose payers ask for it; `always` that everybody needs it. `key` names the fields by which
    two statements speak of the same entry. `kinds` are (code, label) of what may be added to a section of credentials.
    """

    code: str
    title: str
    kind: str
    fields: tuple[FieldSpec, ...]
    lead: str
    row_word: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    asked_by: tuple[str, ...] = ()
    always: bool = False
    key: tuple[str, ...] = ()
    at_least: int = 0

    def spec(self, name: str, kind: str = "") -> FieldSpec | None:
        """The field of that name in a row of this kind."""
        return next((spec for spec in self.fields_for(kind) if spec.name == name), None)

    def fields_for(self, kind: str = "") -> tuple[FieldSpec, ...]:
        """The fields of a row of this kind."""
        return tuple(spec for spec in self.fields if not spec.kinds or not kind or kind in spec.kinds)


def as_option(value: Any) -> str:
    """A value as an option of a choice: booleans are `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def text(name: str, label: str, *, longest: int = 200, **options: Any) -> FieldSpec:
    """One line of text."""
    return FieldSpec(name, label, text_field(longest=longest, allow_none=True), **options)


def long_text(name: str, label: str, **options: Any) -> FieldSpec:
    """Several lines of text."""
    return FieldSpec(name, label, text_field(longest=4000, allow_none=True), "long", **options)


def email(name: str, label: str, **options: Any) -> FieldSpec:
    """An e-mail address."""
    return FieldSpec(name, label, fields.Email(allow_none=True), "email", **options)


def phone(name: str, label: str, **options: Any) -> FieldSpec:
    """A phone number as people write it: at least seven digits."""
    rule = validate.Regexp(r"^(?=(?:\D*\d){7})[0-9+()./ x-]{7,40}$", error="Give a phone number with its area code.")
    return FieldSpec(name, label, fields.String(allow_none=True, validate=rule), "phone", **options)


def day(name: str, label: str, **options: Any) -> FieldSpec:
    """A date."""
    return FieldSpec(name, label, Day(allow_none=True), "date", **options)


def month(name: str, label: str, **options: Any) -> FieldSpec:
    """A month."""
    return FieldSpec(name, label, Month(allow_none=True), "month", **options)


def choice(name: str, label: str, choices: Iterable[tuple[str, str]], **options: Any) -> FieldSpec:
    """One of several values."""
    pairs = tuple(choices)
    rule = validate.OneOf([key for key, _ in pairs], error="Choose one of the list.")
    return FieldSpec(name, label, fields.String(allow_none=True, validate=rule), "choice", pairs, **options)


def state(name: str = "state", label: str = "State", **options: Any) -> FieldSpec:
    """A US state."""
    return choice(name, label, [(code, code) for code in STATE_CODES], **options)


def yes_no(name: str, label: str, **options: Any) -> FieldSpec:
    """Yes or no."""
    return FieldSpec(name, label, fields.Boolean(allow_none=True), "yes_no", YES_NO, **options)


def dollars(name: str, label: str, **options: Any) -> FieldSpec:
    """Money."""
    return FieldSpec(name, label, Dollars(allow_none=True), "dollars", **options)


def npi(name: str, label: str, **options: Any) -> FieldSpec:
    """The NPI of somebody."""
    return FieldSpec(name, label, Npi(allow_none=True), "digits", **options)


def codes(name: str, label: str, **options: Any) -> FieldSpec:
    """Taxonomy codes."""
    return FieldSpec(name, label, Codes(allow_none=True), "codes", **options)


@cache
def schema_of(section: Section) -> Schema:
    """The one schema of a section's values: forms, JSON and imports all pass through it."""
    return StrictSchema.from_dict({spec.name: spec.field for spec in section.fields}, name=f"{section.code}_values")()


def load_values(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the section's schema makes of these; empty text empties a field.

    Raises `Invalid` with one error per field.
    """
    plain = {name: None if isinstance(value, str) and not value.strip() else value for name, value in values.items()}
    try:
        loaded: dict[str, Any] = schema_of(section).load(plain)
    except ValidationError as error:
        raise Invalid("Some fields need another look.", errors=_errors(error.messages_dict)) from error
    return loaded


def _errors(messages: Mapping[Any, Any]) -> list[FieldError]:
    return [
        FieldError(f"#/{name}", str(texts[0] if isinstance(texts, list) else texts)) for name, texts in messages.items()
    ]
