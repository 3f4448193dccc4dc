"""A person's expiry calendar as iCalendar (RFC 5545): all-day events, nothing secret in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from credentialing.monitoring.feeds import Entry

PRODUCT = "-//Onpanel//Expiry calendar//EN"
REFRESH = timedelta(hours=12)


def ical_of(entries: Iterable[Entry], *, now: datetime, url_of: Callable[[Entry], str]) -> bytes:
    """The calendar of these entries; `now` is when it was made (UTC), `url_of` the page of an entry.

    An event keeps its UID over renewals, so that a calendar moves it instead of showing it twice.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Onpanel: what runs out")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for entry in entries:
        calendar.add_component(_event(entry, now, url_of(entry)))
    return bytes(calendar.to_ical())


def _event(entry: Entry, now: datetime, url: str) -> Event:
    where = f" ({entry.state})" if entry.state else ""
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now)
    event.add("dtstart", entry.ends_on)
    event.add("dtend", entry.ends_on + timedelta(days=1))
    whose = entry.whose if entry.whose == entry.clinic_name else f"{entry.whose}, {entry.clinic_name}"
    event.add("summary", f"{entry.label}{where} ends: {whose}")
    event.add("description", f"Last valid day. Details, renewal and reminders: {url}")
    event.add("url", url)
    event.add("categories", [entry.kind])
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
