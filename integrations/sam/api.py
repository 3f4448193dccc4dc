"""The exclusions API of sam.gov, version 2."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from integrations.sam.rows import SAM, write_extract
from integrations.sourcefile import BrokenFile, SourceDown, SourceRefused

_NOTHING = frozenset({"currently not available", "null", "none"})
_MAX_PAGE_BYTES = 8 * 1024 * 1024
_MOST_PAGES = 20_000


def read_page(answer: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield a page's exclusions as rows of the extract. Other names of the same person stand in Cross-Reference.

    Raises:
        BrokenFile: the answer has no list of exclusions.
    """
    entities = answer.get("excludedEntity")
    if not isinstance(entities, list):
        raise BrokenFile("The answer of the SAM API has no list excludedEntity.")
    for entity in entities:
        if isinstance(entity, dict):
            yield _row(entity)


def _row(entity: Mapping[str, Any]) -> Sequence[str]:
    who, details = _part(entity, "exclusionIdentification"), _part(entity, "exclusionDetails")
    address, other = _part(entity, "exclusionAddress"), _part(entity, "exclusionOtherInformation")
    actions = _part(entity, "exclusionActions").get("listOfActions")
    action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    references = _part(other, "references").get("referencesList")
    names = [_text(one.get("exclusionName")) for one in references or [] if isinstance(one, dict)]
    ends = _text(action.get("terminationDate")) or _text(action.get("terminationType"))
    values = {
        "Classification": _text(details.get("classificationType")),
        "Name": _text(who.get("entityName")),
        "Prefix": _text(who.get("prefix")),
        "First": _text(who.get("firstName")),
        "Middle": _text(who.get("middleName")),
        "Last": _text(who.get("lastName")),
        "Suffix": _text(who.get("suffix")),
        "Address 1": _text(address.get("addressLine1")),
        "Address 2": _text(address.get("addressLine2")),
        "City": _text(address.get("city")),
        "State / Province": _text(address.get("stateOrProvinceCode")),
        "Country": _text(address.get("countryCode")),
        "Zip Code": _text(address.get("zipCode")),
        "Open Data Flag": _text(who.get("dnbOpenData")),
        "Unique Entity ID": _text(who.get("ueiSAM")),
        "Exclusion Program": _text(details.get("exclusionProgram")),
        "Excluding Agency": _text(details.get("excludingAgencyCode")),
        "CT Code": _text(other.get("ctCode")),
        "Exclusion Type": _text(details.get("exclusionType")),
        "Additional Comments": _text(other.get("additionalComments")),
        "Active Date": _text(action.get("activateDate")),
        "Termination Date": ends,
        "Record Status": _text(action.get("recordStatus")) or "Active",
        "Cross-Reference": "; ".join(name for name in names if name),
        "CAGE": _text(who.get("cageCode")),
        "NPI": _text(who.get("npi")),
        "Creation_Date": _text(action.get("createDate")),
    }
    return tuple(values.get(column, "") for column in SAM.columns)


def _part(thing: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = thing.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    text = " ".join(str(value).split()) if value is not None else ""
    return "" if text.lower() in _NOTHING else text


class SamClient:
    """Walks the API's pages of ten exclusions and writes them as one extract. `timeout_s` is for each page."""

    def __init__(
        self, url: str, *, api_key: str, timeout_s: float = 20.0, session: requests.Session | None = None
    ) -> None:
        self._url = url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._session = session or requests.Session()

    def fetch(self, target: Path) -> Path:
        """Fetch all pages to `target` in the extract's layout.

        Raises:
            SourceDown, SourceRefused, BrokenFile: fewer exclusions came than the API had promised.
        """
        rows: list[Sequence[str]] = []
        promised = 0
        for number in range(_MOST_PAGES):
            answer = self._page(number)
            promised = int(answer.get("totalRecords") or 0)
            found = list(read_page(answer))
            rows += found
            if not found or len(rows) >= promised:
                break
        if len(rows) < promised:
            raise BrokenFile(f"The SAM API promised {promised:,} exclusions and gave {len(rows):,}.")
        return write_extract(target, rows)

    def _page(self, number: int) -> Mapping[str, Any]:
        parameters = {"api_key": self._api_key, "page": str(number), "size": "10"}
        try:
            with self._session.get(
                self._url, params=parameters, timeout=self._timeout_s, stream=True, allow_redirects=False
            ) as response:
                if response.status_code >= 500 or response.status_code == requests.codes.too_many_requests:
                    raise SourceDown(f"The SAM API answered with status {response.status_code}.")
                if response.status_code != requests.codes.ok:
                    raise SourceRefused(f"The SAM API answered with status {response.status_code}; check the key.")
                body = response.raw.read(_MAX_PAGE_BYTES + 1, decode_content=True)
        except (requests.RequestException, HTTPError, OSError) as failure:
            raise SourceDown(f"The SAM API does not answer: {type(failure).__name__}.") from failure
        try:
            answer = json.loads(body) if len(body) <= _MAX_PAGE_BYTES else None
        except ValueError as error:
            raise BrokenFile("The answer of the SAM API is no JSON.") from error
        if not isinstance(answer, dict):
            raise BrokenFile("The answer of the SAM API is not an object.")
        return answer
