"""The demo vendor in a strict browser: every page of every role, on a desk and on a phone, light and dark; and the README's pictures."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from onboarding.demo.clinics import CLINICS
from onboarding.demo.loading import load
from onboarding.demo.people import PASSWORD
from tests.e2e.browser import PICTURES_ASKED, Person

pytestmark = pytest.mark.timeout(400)
PICTURES = {
    "portfolio": ("", "/portfolio"),
    "clinic-home": ("Miami Valley Recovery", ""),
    "plan-timeline": ("Hocking Hills Behavioral Health", "/plan?view=timeline"),
    "panel-grid": ("Lakeshore Family Counseling", "/panel"),
    "ar-import": ("Hocking Hills Behavioral Health", "/ar"),
}


@pytest.fixture(scope="module")
def demo(live):
    """The demo vendor, loaded into the running product."""
    load(lambda words: None)
    return {clinic.standing: clinic for clinic in CLINICS}


def clinics_of(person: Person) -> dict[str, str]:
    """Addresses of the clinics in the portfolio, by name."""
    person.open("/portfolio")
    links = person.page.locator("main a[href^='/c/']").all()
    return {link.inner_text().strip(): link.get_attribute("href") for link in links}


def walk(person: Person) -> list[str]:
    """Open every place of the navigation and check it; returns the addresses."""
    links = person.page.locator("nav a.nav-link, nav[aria-label] a[href]").all()
    addresses = list(dict.fromkeys(link.get_attribute("href") for link in links))
    for address in addresses:
        person.open(address)
        expect(person.page.get_by_role("heading", level=1)).not_to_be_empty()
    return addresses


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_every_page_of_an_account_manager(demo, live, chromium, phone, dark):
    person = Person(chromium, live.url, phone=phone, dark=dark)
    person.sign_in("morgan@onpanel.test", PASSWORD)
    homes = clinics_of(person)
    assert len(homes) >= 6
    person.open(next(url for name, url in homes.items() if "Lakeshore" in name))
    assert len(walk(person)) >= 10
    person.close()


def test_every_page_of_a_clinic_administrator(demo, live, chromium):
    person = Person(chromium, live.url, dark=True)
    person.sign_in(demo["late"].admin.email, PASSWORD)
    assert len(walk(person)) >= 6
    person.close()


def test_every_page_of_a_provider_on_a_phone(demo, live, chromium):
    person = Person(chromium, live.url, phone=True)
    person.sign_in("ana.ruiz@lakeshore.test", PASSWORD)
    assert len(walk(person)) >= 2
    person.open("/me/panel")
    person.picture("my-panel")
    person.close()


@pytest.mark.skipif(not PICTURES_ASKED, reason="`make pictures` takes them; the tests above open the same pages")
def test_pictures_for_the_readme(demo, live, chromium):
    """The pages that the README shows."""
    person = Person(chromium, live.url)
    person.sign_in("morgan@onpanel.test", PASSWORD)
    homes = clinics_of(person)
    for picture, (clinic, path) in PICTURES.items():
        home = next((url for name, url in homes.items() if clinic and clinic in name), "")
        root = re.match(r"(/c/[0-9a-f-]{36})?", home).group(0)
        person.open((root + path) or "/portfolio")
        if picture == "ar-import":
            person.page.locator("#imports a").first.click()
            person.check()
        person.picture(picture)
    person.open(
        re.match(r"/c/[0-9a-f-]{36}", next(u for n, u in homes.items() if "Lakeshore" in n)).group(0) + "/providers"
    )
    person.page.get_by_role("link", name="Ana Ruiz").first.click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("Ana Ruiz")
    person.check()
    person.picture("provider-file")
    person.close()
