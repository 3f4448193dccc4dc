"""A local registry that speaks the NPPES API, version 2.1, from the records in `data/nppes`.

`python -m infra.dev.nppes_server --port N` serves `http://127.0.0.1:N/api/`. As the real one it answers mistakes with
status 200 and a list of `Errors`, matches names without regard to case, takes `*` after two letters, and hands out at
most 200 records at once. Source: CMS, NPPES NPI Registry, API help page, version 2.1.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

DATA = Path(__file__).with_name("data") / "nppes"
MOST = 200
DEFAULT_LIMIT = 10
MOST_SKIPPED = 1000
CRITERIA = frozenset(
    "number enumeration_type taxonomy_description first_name last_name organization_name city state postal_code "
    "country_code address_purpose name_purpose use_first_name_alias".split()
)
#: these narrow a search but are too little by themselves
NARROWING = frozenset({"enumeration_type", "state", "country_code", "address_purpose", "name_purpose"})
NARROWING |= {"use_first_name_alias"}
WILDCARD = ("first_name", "last_name", "organization_name", "city", "postal_code", "taxonomy_description")

Record = dict[str, Any]


class BadQuery(Exception):
    """A question that the registry refuses."""

    def __init__(self, number: str, field: str, description: str) -> None:
        super().__init__(description)
        self.answer = {"Errors": [{"description": description, "field": field, "number": number}]}


def load_records(folder: Path = DATA) -> list[Record]:
    """All records of a folder, ordered by NPI, each NPI once."""
    records: dict[str, Record] = {}
    for path in sorted(folder.glob("*.json")):
        for record in json.loads(path.read_text())["results"]:
            records[str(record["number"])] = record
    return [records[npi] for npi in sorted(records)]


def search(records: list[Record], parameters: dict[str, str]) -> dict[str, Any]:
    """The registry's answer to one question: the records with their number, or its list of errors."""
    try:
        asked = {key: value.strip() for key, value in parameters.items() if value.strip()}
        limit, skip = _check(asked)
    except BadQuery as refusal:
        return refusal.answer
    found = [record for record in records if _matches(record, asked)]
    page = found[skip : skip + limit]
    return {"result_count": len(page), "results": page}


def _check(asked: dict[str, str]) -> tuple[int, int]:
    """Refuses what the registry refuses; returns limit and skip."""
    if asked.get("version") != "2.1":
        raise BadQuery("22", "version", "Unsupported Version")
    limit = _whole_number(asked, "limit", DEFAULT_LIMIT, 1, MOST)
    skip = _whole_number(asked, "skip", 0, 0, MOST_SKIPPED)
    criteria = asked.keys() & CRITERIA
    if not criteria:
        raise BadQuery("04", "", "No valid search criteria was supplied")
    if criteria <= NARROWING:
        field = sorted(criteria)[0]
        raise BadQuery("09", field, f"Field {field} requires additional search criteria")
    if "number" in asked and not re.fullmatch(r"[0-9]{10}", asked["number"]):
        raise BadQuery("06", "number", "NPI must be 10 digits")
    if asked.get("enumeration_type", "NPI-1") not in {"NPI-1", "NPI-2"}:
        raise BadQuery("06", "enumeration_type", "Field enumeration_type contains invalid value")
    for name in WILDCARD:
        text = asked.get(name, "")
        if "*" in text[:-1]:
            raise BadQuery("05", name, "Wildcards are only valid at the end of the value")
        if text.endswith("*") and len(text) < 3:
            raise BadQuery("05", name, "Wildcards require at least two leading characters")
    return limit, skip


def _whole_number(asked: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = asked.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadQuery("06", name, f"Field {name} must be a number from {least} to {most}")
    return int(text)


def _matches(record: Record, asked: dict[str, str]) -> bool:
    basic = record["basic"]
    other = record.get("other_names") or []
    addresses = (record.get("addresses") or []) + (record.get("practiceLocations") or [])
    values: dict[str, list[Any]] = {
        "number": [record["number"]],
        "enumeration_type": [record["enumeration_type"]],
        "first_name": [basic.get("first_name"), *(name.get("first_name") for name in other)],
        "last_name": [basic.get("last_name"), *(name.get("last_name") for name in other)],
        "organization_name": [basic.get("organization_name"), *(name.get("organization_name") for name in other)],
        "taxonomy_description": [taxonomy.get("desc") for taxonomy in record.get("taxonomies") or []],
        "city": [address.get("city") for address in addresses],
        "state": [address.get("state") for address in addresses],
        "country_code": [address.get("country_code") for address in addresses],
    }
    if "postal_code" in asked:
        wanted = asked["postal_code"].replace("-", "").removesuffix("*")
        if not any(str(address.get("postal_code", "")).startswith(wanted) for address in addresses):
            return False
    return all(
        _fits(asked[name], values[name], inside=name == "taxonomy_description") for name in asked.keys() & values.keys()
    )


def _fits(wanted: str, values: list[Any], *, inside: bool) -> bool:
    text = wanted.casefold()
    known = [str(value).casefold() for value in values if value]
    if text.endswith("*"):
        return any(value.startswith(text[:-1]) for value in known)
    if inside:
        return any(text in value for value in known)
    return text in known


class Handler(BaseHTTPRequestHandler):
    """Answers `GET /api/`; everything else is unknown."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, records: list[Record]) -> None:
        self._records = records
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """One question."""
        asked = urlsplit(self.path)
        if asked.path.rstrip("/") not in {"/api", "/healthz"}:
            self._answer(404, {"detail": "not found"})
            return
        if asked.path.startswith("/healthz"):
            self._answer(200, {"records": len(self._records)})
            return
        self._answer(200, search(self._records, dict(parse_qsl(asked.query))))

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def make_server(port: int, records: list[Record]) -> ThreadingHTTPServer:
    """A server on 127.0.0.1; port 0 takes a free one."""
    handler: Callable[..., Handler] = partial(Handler, records=records)
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    make_server(parser.parse_args().port, load_records()).serve_forever()


if __name__ == "__main__":
    main()
