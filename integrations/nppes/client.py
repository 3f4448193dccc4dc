"""A client of the registry's public API, version 2.1."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Literal

import requests
from urllib3.exceptions import HTTPError

from integrations.nppes.records import NppesRecord, read_record

_MAX_ANSWER_BYTES = 8 * 1024 * 1024
_MAX_RESULTS = 200


class RegistryDown(Exception):
    """The registry did not answer, or answered with a server error or something that is not its API. Try later."""


class RegistryRefused(Exception):
    """The registry answered that the question is wrong; asking again will not help.

    `messages` are its own words.
    """

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class NppesClient:
    """Looks up NPIs.

    `timeout_s` holds for connecting and for each silence while reading. A time-out or a server error is tried
    once more after `retry_after_s`.
    """

    def __init__(
        self,
        base_url: str = "https://npiregistry.cms.hhs.gov/api/",
        timeout_s: float = 10.0,
        session: requests.Session | None = None,
        *,
        retry_after_s: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._session = session or requests.Session()
        self._retry_after_s = retry_after_s
        self._sleep = sleep

    def lookup(self, npi: str) -> NppesRecord | None:
        """Return the entry of an NPI, or None when the registry does not know it.

        Raises:
            RegistryDown, RegistryRefused
        """
        found = self._ask({"number": npi})
        return next((record for record in found if record.npi == npi), None)

    def search(
        self,
        *,
        first_name: str = "",
        last_name: str = "",
        organization_name: str = "",
        state: str = "",
        city: str = "",
        postal_code: str = "",
        taxonomy_description: str = "",
        kind: Literal["individual", "organization"] | None = None,
        limit: int = 50,
        skip: int = 0,
    ) -> list[NppesRecord]:
        """Search by name or place. Names may end in `*` after two letters; at most 200 entries come at once.

        Raises:
            RegistryDown, RegistryRefused
        """
        enumeration_type = {"individual": "NPI-1", "organization": "NPI-2", None: ""}[kind]
        wanted = {
            "first_name": first_name,
            "last_name": last_name,
            "organization_name": organization_name,
            "state": state,
            "city": city,
            "postal_code": postal_code,
            "taxonomy_description": taxonomy_description,
            "enumeration_type": enumeration_type,
            "limit": str(max(1, min(limit, _MAX_RESULTS))),
            "skip": str(max(0, skip)),
        }
        return self._ask({name: value for name, value in wanted.items() if value})

    def _ask(self, parameters: dict[str, str]) -> list[NppesRecord]:
        try:
            answer = self._get(parameters)
        except RegistryDown:
            self._sleep(self._retry_after_s)
            answer = self._get(parameters)
        if errors := answer.get("Errors"):
            raise RegistryRefused(tuple(_message(error) for error in errors))
        results = answer.get("results")
        if not isinstance(results, list):
            raise RegistryDown("the registry's answer has no list of results")
        return [read_record(entry) for entry in results]

    def _get(self, parameters: dict[str, str]) -> dict[str, Any]:
        try:
            with self._session.get(
                self._base_url,
                params={"version": "2.1", **parameters},
                headers={"Accept": "application/json"},
                timeout=self._timeout_s,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != requests.codes.ok:
                    _raise_for_status(response.status_code)
                body = response.raw.read(_MAX_ANSWER_BYTES + 1, decode_content=True)
                if len(body) > _MAX_ANSWER_BYTES:
                    raise RegistryDown("the registry's answer is larger than the limit")
                answer = json.loads(body)
        except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
            raise RegistryDown(f"the registry did not answer: {type(failure).__name__}") from failure
        if not isinstance(answer, dict):
            raise RegistryDown("the registry's answer is not an object")
        return answer


def _raise_for_status(status: int) -> None:
    if status >= 500 or status == requests.codes.too_many_requests:
        raise RegistryDown(f"the registry answered with status {status}")
    if 300 <= status < 400:
        raise RegistryDown(f"the registry sent us elsewhere (status {status})")
    raise RegistryRefused((f"the registry answered with status {status}",))


def _message(error: object) -> str:
    if isinstance(error, dict):
        return str(error.get("description") or error)
    return str(error)
