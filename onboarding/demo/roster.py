"""A clinic that sends its providers as a roster, with one row that cannot be taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from credentialing.providers.services import start_import
from credentialing.providers.services.files import REGISTRY_TOPIC
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import CSV
from onboarding.demo.papers import documents_named
from onboarding.demo.providers import DemoProvider, open_files
from onboarding.demo.story import Act, File

NAME = "Provider roster.csv"
_HEAD = "NPI,First Name,Last Name,Credential,License Number,License State,License Expiration,Email,Phone,CAQH ID"


def roster_acts(clinic: DemoClinic, providers: Sequence[DemoProvider], on: date, today: date) -> list[Act]:
    """The clinic sends its roster; it is read, every NPI is checked, and the plan's task is proven by it."""
    content = _roster(clinic, providers, today).encode()
    reading = frozenset({"credentialing.import_roster", REGISTRY_TOPIC})
    return [
        Act("roster sent", on, clinic.admin.key, files=[File(NAME, content, CSV, "roster")]),
        Act(
            "roster read",
            on,
            "tomas",
            _reading(clinic, tuple(providers), on),
            topics=reading,
            latest=frozenset({"onboarding.complete_tasks"}),
        ),
    ]


def _reading(clinic: DemoClinic, providers: tuple[DemoProvider, ...], on: date) -> Callable[[], None]:
    def read() -> None:
        document_id = documents_named([NAME]).get(NAME)
        if document_id is not None:
            start_import(document_id=document_id)
        else:  # no scanner, so the file waits: the files are opened by hand
            open_files(clinic, providers, on)

    return read


def _roster(clinic: DemoClinic, providers: Sequence[DemoProvider], today: date) -> str:
    rows = [_HEAD]
    for each in providers:
        expires = today + timedelta(days=200 + each.number * 11)
        rows.append(
            f"{each.known_npi},{each.first},{each.last},{each.credential},{each.license},OH,{expires:%m/%d/%Y},"
            f"{each.person(clinic).email},(614) 555-01{each.number:02d},1{3_400_000 + each.number * 977}"
        )
    rows.append(
        f"1234567890,Terry,Olsen,LISW,I.2100451,OH,{today:%m/%d/%Y},terry.olsen@{clinic.domain},(216) 555-0199,"
    )
    return "\r\n".join(rows) + "\r\n"
