"""Words that a higher floor lends to documents: what kinds there are, and whose file a document belongs to.

Documents know a provider by id only. Credentialing registers here who that is and which kinds it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose document it is, and the address of their file."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Work:
    """What a higher floor does with a document: a word with its tone, where a person goes on, and what is wrong, if anything is.

    `kind` and `whose` are what it seems to be, in words, while no person has said so.
    """

    word: str
    tone: str
    url: str | None
    problem: str | None = None
    kind: str | None = None
    whose: str | None = None


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """Who knows what is being done with documents, and the page where people go on with it; `count` says how many wait there."""

    lookup: Callable[[Sequence[Any]], Mapping[UUID, Work]]
    endpoint: str
    permission: Any
    count: Callable[[], int]


_GENERAL_KINDS = (
    ("roster", "Provider roster"),
    ("ar_aging", "Aging report"),
    ("remittance", "Remittance (835)"),
    ("contract", "Contract"),
    ("bundle", "Several documents in one file"),
    ("other", "Something else"),
)


def _nobody(provider_ids: Sequence[UUID]) -> Mapping[UUID, Owner]:
    return {}


def _no_kinds() -> Sequence[tuple[str, str]]:
    return ()


_owners: Callable[[Sequence[UUID]], Mapping[UUID, Owner]] = _nobody
_kinds: Callable[[], Sequence[tuple[str, str]]] = _no_kinds


def set_owners_lookup(lookup: Callable[[Sequence[UUID]], Mapping[UUID, Owner]]) -> None:
    """Register who knows providers: ids to names and addresses, in one query. Called once, at import."""
    global _owners
    _owners = lookup


def set_kinds_lookup(lookup: Callable[[], Sequence[tuple[str, str]]]) -> None:
    """Register who knows the kinds of credential documents: code and label, in the order of a menu. Called once, at import."""
    global _kinds
    _kinds = lookup


_work: WorkPlace | None = None


def set_work_lookup(
    lookup: Callable[[Sequence[Any]], Mapping[UUID, Work]], *, endpoint: str, permission: Any, count: Callable[[], int]
) -> None:
    """Register who reads documents: documents to what is being done with them, in one query. Called once, at import."""
    global _work
    _work = WorkPlace(lookup, endpoint, permission, count)


def work_place() -> WorkPlace | None:
    """Who reads documents here; None when nobody does."""
    return _work


def owners_of(provider_ids: Sequence[UUID]) -> Mapping[UUID, Owner]:
    """Whose these are; those that nobody knows are left out."""
    wanted = list(dict.fromkeys(provider_ids))
    return _owners(wanted) if wanted else {}


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of document for a menu: code and label."""
    return [*_kinds(), *_GENERAL_KINDS]


def kind_label(kind: str | None) -> str:
    """A kind in words; one that nobody declared is written with blanks."""
    if kind is None:
        return "Not sorted yet"
    return dict(kind_choices()).get(kind) or kind.replace("_", " ").capitalize()
