"""What the registry says about one NPI, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A specialty that the holder reported, with the license number given for it, which nobody checked."""

    code: str
    description: str
    is_primary: bool
    state: str | None
    license_number: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """A mailing or practice address. `postal_code` has five or nine digits, `phone` is as the registry writes it."""

    purpose: Literal["location", "mailing"]
    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class OtherName:
    """A former name, a name used professionally, or an organization's trade name."""

    kind: str
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    organization_name: str | None


@dataclass(frozen=True, slots=True)
class NppesRecord:
    """One entry of the registry. `status` is `A` when the NPI is active; `raw` is the registry's own answer."""

    npi: str
    kind: Literal["individual", "organization"]
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None
    credential: str | None
    organization_name: str | None
    status: str
    enumerated_on: date | None
    updated_on: date | None
    other_names: tuple[OtherName, ...]
    taxonomies: tuple[Taxonomy, ...]
    addresses: tuple[Address, ...]
    practice_locations: tuple[Address, ...]
    raw: Mapping[str, Any]

    @property
    def primary_taxonomy(self) -> Taxonomy | None:
        """The taxonomy marked primary, else the first one."""
        return next((item for item in self.taxonomies if item.is_primary), next(iter(self.taxonomies), None))


def read_record(entry: Mapping[str, Any]) -> NppesRecord:
    """Turn one element of the answer's `results` into a record. `--` and blanks mean missing.

    Raises:
        ValueError: the entry has no number.
    """
    basic = _object(entry.get("basic"))
    npi = _text(entry, "number")
    if npi is None:
        raise ValueError("the registry's entry has no NPI")
    return NppesRecord(
        npi=npi,
        kind="organization" if entry.get("enumeration_type") == "NPI-2" else "individual",
        first_name=_text(basic, "first_name"),
        middle_name=_text(basic, "middle_name"),
        last_name=_text(basic, "last_name"),
        suffix=_text(basic, "name_suffix"),
        credential=_text(basic, "credential"),
        organization_name=_text(basic, "organization_name"),
        status=_text(basic, "status") or "",
        enumerated_on=_date(basic, "enumeration_date"),
        updated_on=_date(basic, "last_updated"),
        other_names=tuple(map(_other_name, _objects(entry.get("other_names")))),
        taxonomies=tuple(map(_taxonomy, _objects(entry.get("taxonomies")))),
        addresses=tuple(map(_address, _objects(entry.get("addresses")))),
        practice_locations=tuple(map(_address, _objects(entry.get("practiceLocations")))),
        raw=entry,
    )


def _taxonomy(item: Mapping[str, Any]) -> Taxonomy:
    return Taxonomy(
        code=_text(item, "code") or "",
        description=_text(item, "desc") or "",
        is_primary=item.get("primary") is True,
        state=_text(item, "state"),
        license_number=_text(item, "license"),
    )


def _address(item: Mapping[str, Any]) -> Address:
    return Address(
        purpose="mailing" if item.get("address_purpose") == "MAILING" else "location",
        line1=_text(item, "address_1") or "",
        line2=_text(item, "address_2"),
        city=_text(item, "city") or "",
        state=_text(item, "state"),
        postal_code=_text(item, "postal_code") or "",
        phone=_text(item, "telephone_number"),
    )


def _other_name(item: Mapping[str, Any]) -> OtherName:
    return OtherName(
        kind=_text(item, "type") or "",
        first_name=_text(item, "first_name"),
        middle_name=_text(item, "middle_name"),
        last_name=_text(item, "last_name"),
        organization_name=_text(item, "organization_name"),
    )


def _text(item: Mapping[str, Any], key: str) -> str | None:
    value = item.get(key)
    text = "" if value is None else str(value).strip()
    return None if text in ("", "--") else text


def _date(item: Mapping[str, Any], key: str) -> date | None:
    text = _text(item, key)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
