"""The main job through the pages, as the three people do it: account manager and clinic administrator at a desk, provider on a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infra import clock
from infra.ids import uuid7
from tenants.access.roles import Role
from tenants.commands import make_vendor_person
from tests.e2e.browser import Person
from tests.e2e.files import AGING, EICAR, pdf

pytestmark = pytest.mark.timeout(420)
PASSWORD = "nine quiet lanterns drift"
NPI = "1710448576"
TODAY = clock.today()


@pytest.fixture
def desk(live, chromium):
    """The account manager at 1280 px."""
    email = f"morgan.{uuid7().hex[-8:]}@example.test"
    make_vendor_person(email=email, name="Morgan Reyes", role=Role.ACCOUNT_MANAGER, password=PASSWORD)
    person = Person(chromium, live.url)
    person.sign_in(email, PASSWORD)
    yield person
    person.close()


@pytest.fixture
def folder(tmp_path):
    """Files on the person's disk."""
    (tmp_path / "license.pdf").write_bytes(pdf("State license of Josephine Diaz"))
    (tmp_path / "letter.pdf").write_bytes(pdf("Aetna welcomes Josephine Diaz"))
    (tmp_path / "virus.txt").write_bytes(EICAR)
    (tmp_path / "aging.csv").write_bytes(AGING.read_bytes())
    return tmp_path


def send_file(person: Person, path: Path, *, within: str = "[data-upload]") -> None:
    """Choose a file in the drop zone and wait until the scan has said something of it."""
    zone = person.page.locator(within).first
    zone.locator("input[data-upload-input]").first.set_input_files(path)
    row = zone.locator(".drop-files li", has_text=path.name)
    expect(row.locator(".tone-good, .tone-blocked")).to_be_visible(timeout=60_000)


def invitation_for(person: Person, email: str) -> str:
    """The link in the mail that the development page shows."""
    for _ in range(120):
        person.page.goto(f"{person.base}/dev/mail")
        mail = person.page.locator("details", has_text=email).filter(has_text="/invitations/").first
        if mail.count():
            link = mail.locator("a").first.get_attribute("href")
            assert link
            return link
        person.page.wait_for_timeout(500)
    raise AssertionError(f"no mail for {email}")


def join(person: Person, link: str, password: str) -> None:
    """Accept an invitation."""
    person.open(link)
    person.page.get_by_label(re.compile("New password|Password, if you want one")).fill(password)
    person.page.get_by_role("button", name="Join").click()
    expect(person.page.get_by_role("heading", level=1)).not_to_contain_text("Join")
    person.check()


def test_main_job_through_the_pages(live, chromium, desk, folder):
    clinic_url = sign_clinic(desk)
    clinic = clinic_url.removeprefix(live.url)
    admin_email = f"nora.{uuid7().hex[-8:]}@birchwood.test"
    invite_administrator(desk, clinic, admin_email)
    provider_email = f"jo.{uuid7().hex[-8:]}@birchwood.test"
    file_url = add_provider(desk, clinic, provider_email)

    admin = Person(chromium, live.url)
    join(admin, invitation_for(desk, admin_email), PASSWORD)
    clinic_sends_documents(admin, clinic, file_url, folder)
    admin.close()

    manager_reviews(desk, file_url)
    enroll_with_aetna(desk, clinic, folder)
    transfer_receivables(desk, clinic, folder)
    move_a_task(desk, clinic)

    phone = Person(chromium, live.url, phone=True, dark=True)
    join(phone, invitation_for(desk, provider_email), PASSWORD)
    phone.open("/me/panel")
    expect(phone.page.get_by_text("You can bill Aetna since")).to_be_visible()
    phone.picture("my-panel")
    assert phone.page.goto(f"{live.url}{clinic}/ar").status == 403
    phone.close()

    desk.open("/portfolio")
    expect(desk.page.get_by_role("link", name="Birchwood Counseling").first).to_be_visible()
    desk.open(f"{clinic}/activity?verify=1")
    expect(desk.page.get_by_text("fit together")).to_be_visible()


def sign_clinic(desk: Person) -> str:
    desk.open("/clinics/new")
    page = desk.page
    page.get_by_role("button", name="Sign the clinic").click()
    page.get_by_label("Name", exact=True).fill("Birchwood Counseling")
    page.get_by_label("State").select_option("OH")
    page.get_by_label("Contract signed on").fill((TODAY - timedelta(days=7)).isoformat())
    page.get_by_role("button", name="Sign the clinic").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Birchwood Counseling")
    desk.check()
    found = re.search(r"/c/[0-9a-f-]{36}", page.url)
    assert found
    return desk.base + found.group(0)


def invite_administrator(desk: Person, clinic: str, email: str) -> None:
    desk.open(f"{clinic}/people")
    desk.page.get_by_label("E-mail").fill(email)
    desk.page.get_by_label("Name").fill("Nora Field")
    desk.page.get_by_label("Role").select_option("clinic_admin")
    desk.page.get_by_role("button", name="Send invitation").click()
    expect(desk.page.get_by_text("An invitation is on its way")).to_be_visible()
    desk.check()


def add_provider(desk: Person, clinic: str, email: str) -> str:
    desk.open(f"{clinic}/providers/new")
    page = desk.page
    page.get_by_label("NPI").fill("1710448570")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text("That is no NPI")).to_be_visible()
    page.get_by_label("NPI").fill(NPI)
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text("Diaz").first).to_be_visible()
    page.get_by_label("License type").select_option("LPCC")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Save provider").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Diaz", re.I), timeout=30_000)
    desk.check()
    url = page.url
    page.get_by_role("button", name=re.compile("[Ii]nvit")).first.click()
    expect(page.get_by_text("nvitation").first).to_be_visible()
    return url


def clinic_sends_documents(admin: Person, clinic: str, file_url: str, folder: Path) -> None:
    admin.open(clinic)
    admin.open(file_url)
    page = admin.page
    page.get_by_role("link", name=re.compile(r"^Send\s+State license")).first.click()
    send_file(admin, folder / "license.pdf", within="#drop-one")
    admin.check()
    admin.open(file_url)
    send_file(admin, folder / "virus.txt")
    expect(page.get_by_text("Quarantined").first).to_be_visible(timeout=30_000)
    assert page.goto(f"{admin.base}{clinic}/failed-work").status in {200, 403}


def manager_reviews(desk: Person, file_url: str) -> None:
    desk.open(file_url)
    desk.page.get_by_role("link", name=re.compile(r"^Review\s+State license")).first.click()
    desk.page.get_by_label("Expires on").fill((TODAY + timedelta(days=500)).isoformat())
    desk.check()
    with desk.page.expect_response(lambda answer: answer.url.endswith("/review")):
        desk.page.get_by_role("button", name="Accept").click()
    expect(desk.page.locator("#documents")).to_contain_text(re.compile(r"Accepted \(\d+\)[\s\S]*State license"))
    desk.open(file_url)
    desk.picture("provider-file-journey")


def enroll_with_aetna(desk: Person, clinic: str, folder: Path) -> None:
    page = desk.page
    desk.open(f"{clinic}/panel?add=aetna")
    page.get_by_label(re.compile("Start Aetna for .*Diaz", re.I)).check()
    page.get_by_role("button", name="Start selected").click()
    desk.check()
    desk.open(f"{clinic}/panel?add=aetna")
    page.locator("a.grid-link").first.click()
    case = page.locator("#panel a[href*='/enrollments/']").first.get_attribute("href") or page.url
    case = re.search(r"/c/[0-9a-f-]{36}/enrollments/[0-9a-f-]{36}", case).group(0)
    for to, fill in (
        ("gathering", {}),
        ("ready_to_submit", {}),
        ("submitted", {"Reference number": "AET-20417"}),
        ("payer_received", {"Reference number": "AET-20417"}),
        ("in_review", {}),
        ("approved", {"Reference number": "AET-20417"}),
        ("effective", {"Effective date": TODAY.isoformat()}),
        ("loaded_verified", {}),
    ):
        desk.open(f"{case}?to={to}")
        form = page.locator("#step")
        if to in {"effective", "loaded_verified"}:
            send_file(desk, folder / "letter.pdf")
            expect(page.locator("#proof-choice option", has_text="letter.pdf").first).to_be_attached(timeout=30_000)
            page.locator("#proof-choice select").select_option(index=1)
        if to == "ready_to_submit" and form.get_by_label("Reason").count():
            form.get_by_label("Reason").fill("The payer takes the rest later")
        for label, value in fill.items():
            form.get_by_label(label).fill(value)
        if to == "submitted":
            form.get_by_label("Reference number").fill("")
            form.get_by_role("button").last.click()
            expect(page.locator("[data-error-summary], .error-summary").first).to_be_visible()
            form.get_by_label("Reference number").fill("AET-20417")
        form.get_by_role("button").last.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        desk.check()
    desk.open(f"{clinic}/panel")
    expect(page.get_by_text("Billable").first).to_be_visible()
    desk.open(f"{clinic}/holds")


def transfer_receivables(desk: Person, clinic: str, folder: Path) -> None:
    page = desk.page
    desk.open(f"{clinic}/ar")
    send_file(desk, folder / "aging.csv")
    expect(page.get_by_label("File", exact=True)).to_be_visible(timeout=30_000)
    page.get_by_label("Total of the old system").fill("84,306.04")
    page.get_by_text("More: day, format").click()
    page.get_by_label("Balances as of").fill("2026-11-23")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Every total matches to the cent").or_(page.get_by_text("Accept as it is"))).to_be_visible(
        timeout=60_000
    )
    desk.check()
    desk.open(page.url)
    desk.picture("ar-import-journey")
    if page.get_by_role("link", name="Accept as it is").count():
        page.get_by_label("Why").fill("Agreed with the clinic.")
    page.get_by_role("button", name="Accept").first.click()
    page.locator("dialog[open]").get_by_role("button", name="Accept").click()
    expect(page.get_by_text("taken over by Morgan Reyes")).to_be_visible()
    desk.check()
    desk.open(f"{clinic}/ar/receivables")


def move_a_task(desk: Person, clinic: str) -> None:
    page = desk.page
    desk.open(f"{clinic}/plan")
    page.get_by_role("link", name="Kickoff call", exact=False).first.click()
    expect(page.locator("#panel")).to_contain_text("kickoff call")
    desk.check()
    page.locator("#panel").get_by_role("button", name="Claim").click()
    expect(page.get_by_text("Claimed").first).to_be_visible()
    desk.open(f"{clinic}/plan?view=timeline")
    desk.open(clinic)
