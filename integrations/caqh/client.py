"""A client of ProView's API as CAQH documents it: provider status, attested profiles, and an organization's roster.

Source: CAQH ProView and DirectAssure API reference for participating organizations, version 2.1.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from integrations.caqh.documents import Batch, BatchResult, Extract, ProviderStatus, RosterEntry
from integrations.caqh.profile import Profile
from integrations.caqh.reading import CaqhDocument, UnreadableDocument, read_value

BASE_URL = "https://proview.caqh.org"
LONGEST_EXTRACT = timedelta(days=7)
_NO_ATTESTATION = 294
_MOST_BYTES = 64 * 1024 * 1024


class ProViewDown(Exception):
    """ProView did not answer, or answered with a server error or something that is not its API. Try later."""


class ProViewRefused(Exception):
    """ProView refused the question: wrong credentials, no right to it, or a faulty request. Asking again will not help."""


class ProViewClient:
    """Asks ProView for one participating organization, with its user name and password (HTTP basic).

    `timeout_s` holds for connecting and for each silence while reading. A time-out or server error of a reading call is
    tried once more after `retry_after_s`; calls that change a roster are not repeated.
    """

    def __init__(
        self,
        *,
        organization_id: str,
        username: str,
        password: str,
        base_url: str = BASE_URL,
        product: str = "PV",
        timeout_s: float = 15.0,
        session: requests.Session | None = None,
        retry_after_s: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._organization_id, self._product = organization_id, product
        self._credentials = (username, password)
        self._base_url, self._timeout_s = base_url.rstrip("/"), timeout_s
        self._session = session or requests.Session()
        self._retry_after_s, self._sleep = retry_after_s, sleep

    def status(self, caqh_id: str) -> ProviderStatus:
        """Where a provider's profile stands; `is_found` is False for an unknown CAQH ID.

        Raises:
            ProViewDown, ProViewRefused
        """
        answer = self._read(
            "/RosterAPI/api/providerstatus",
            {"Product": self._product, "Caqh_Provider_Id": caqh_id, "Organization_Id": self._organization_id},
        )
        if not isinstance(answer, ProviderStatus):
            raise ProViewDown("ProView's answer is no provider status")
        return answer

    def attested_on(self, caqh_id: str) -> date | None:
        """The day of the provider's last attestation, None while the profile is not attested.

        Raises:
            ProViewDown, ProViewRefused
        """
        return self.status(caqh_id).attested_on

    def attested_profiles(self, first: date, last: date) -> tuple[Profile, ...]:
        """The profiles attested from `first` to `last`, both included, at most seven days; the newest of each provider.

        Raises:
            ValueError: the span is longer than the documented seven days, or runs backward.
            ProViewDown, ProViewRefused
        """
        if not timedelta(0) <= last - first < LONGEST_EXTRACT:
            raise ValueError("an extract spans one to seven days")
        answer = self._read(
            "/DirectAssure/api/directassureextractapi/api/v5/entities",
            {
                "organizationId": self._organization_id,
                "fromDate": f"{first:%m/%d/%Y}",
                "toDate": f"{last:%m/%d/%Y}",
            },
        )
        if answer is None:
            return ()
        if not isinstance(answer, Extract):
            raise ProViewDown("ProView's answer is no extract")
        return answer.profiles

    def add_to_roster(self, entries: Sequence[RosterEntry]) -> Batch:
        """Ask for providers to be put on the organization's roster; `batch` tells later what became of each.

        Raises:
            ProViewDown, ProViewRefused
        """
        return self._batch("POST", "/RosterAPI/API/Roster", entries)

    def update_on_roster(self, entries: Sequence[RosterEntry]) -> Batch:
        """Ask for roster entries to be changed. Raises as `add_to_roster` does."""
        return self._batch("PUT", "/RosterAPI/API/Roster", entries)

    def remove_from_roster(self, entries: Sequence[RosterEntry]) -> Batch:
        """Ask for providers to be taken off the roster. Raises as `add_to_roster` does."""
        return self._batch("POST", "/ProviewAPI/API/Deroster", entries)

    def batch(self, batch_id: str) -> BatchResult:
        """How far a batch is and what became of each entry. Raises `ProViewDown`, `ProViewRefused`."""
        answer = self._read("/RosterAPI/API/Roster", {"batch_id": batch_id})
        if not isinstance(answer, BatchResult):
            raise ProViewDown("ProView's answer is no result of a batch")
        return answer

    def _batch(self, method: str, path: str, entries: Sequence[RosterEntry]) -> Batch:
        body = [_entry_body(entry, self._organization_id) for entry in entries]
        answer = self._ask(method, path, {"product": self._product}, body)
        if not isinstance(answer, Batch):
            raise ProViewDown("ProView's answer names no batch")
        return answer

    def _read(self, path: str, parameters: dict[str, str]) -> CaqhDocument | None:
        try:
            return self._ask("GET", path, parameters)
        except ProViewDown:
            self._sleep(self._retry_after_s)
            return self._ask("GET", path, parameters)

    def _ask(self, method: str, path: str, parameters: dict[str, str], body: object = None) -> CaqhDocument | None:
        try:
            with self._session.request(
                method,
                self._base_url + path,
                params=parameters,
                json=body,
                headers={"Accept": "application/json"},
                auth=self._credentials,
                timeout=self._timeout_s,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code == _NO_ATTESTATION:
                    return None
                content = response.raw.read(_MOST_BYTES + 1, decode_content=True)
                if response.status_code != requests.codes.ok:
                    _raise_for_status(response.status_code, content)
                if len(content) > _MOST_BYTES:
                    raise ProViewDown("ProView's answer is larger than the limit")
                return read_value(json.loads(content))
        except UnreadableDocument as failure:
            raise ProViewDown(f"ProView's answer cannot be read: {failure}") from failure
        except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
            raise ProViewDown(f"ProView did not answer: {type(failure).__name__}") from failure


def _raise_for_status(status: int, content: bytes) -> None:
    if status >= 500 or status == requests.codes.too_many_requests:
        raise ProViewDown(f"ProView answered with status {status}")
    if 300 <= status < 400:
        raise ProViewDown(f"ProView sent us elsewhere (status {status})")
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        raise ProViewRefused("ProView does not accept the user name and password, or gives them no right to this")
    raise ProViewRefused(f"ProView answered with status {status}: {_words(content)}")


def _words(content: bytes) -> str:
    try:
        answer = json.loads(content)
    except ValueError:
        return "without a reason"
    if isinstance(answer, dict):
        return str(next((value for key, value in answer.items() if key.lower() in ("message", "error")), "no reason"))
    return "no reason"


def _entry_body(entry: RosterEntry, organization_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "organization_id": entry.organization_id or organization_id,
        "caqh_provider_id": entry.caqh_id,
        "po_provider_id": entry.own_id,
        "application_type": entry.application_type,
        "last_recredential_date": entry.last_recredentialed,
        "next_recredential_date": entry.next_recredentialing,
        "delegation_flag": entry.is_delegated,
        "affiliation_flag": entry.affiliation,
    }
    if entry.person is not None:
        body["provider"] = _person_body(entry)
    return {key: value for key, value in body.items() if value}


def _person_body(entry: RosterEntry) -> dict[str, str]:
    person = entry.person
    if person is None:
        return {}
    body = {
        "first_name": person.first_name,
        "middle_name": person.middle_name,
        "last_name": person.last_name,
        "name_suffix": person.suffix,
        "gender": person.gender,
        "address1": person.line1,
        "city": person.city,
        "state": person.state,
        "zip": person.postal_code,
        "email": person.email,
        "practice_state": person.practice_state,
        "birthdate": person.birth_date,
        "dea": person.dea,
        "npi": person.npi,
        "license_number": person.license_number,
        "license_state": person.license_state,
        "type": person.kind,
    }
    return {key: value for key, value in body.items() if value}
