"""Credentialing through the pages alone: roster, registry, CAQH, a pile of scans, sources, signature, packets; with three troubles.

`make test` takes two of the eight clinicians, who have all three troubles between them; `make journey` takes all eight.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infra.ids import uuid7
from integrations.pdf.reading import open_pdf
from tenants.access.roles import Role
from tenants.commands import make_vendor_person
from tests.e2e import papers
from tests.e2e.browser import Person
from tests.e2e.clinicians import CLINIC, CLINIC_TIN, EIGHT, WRONG_ADDRESS, Clinician
from tests.e2e.papers import Paper
from tests.e2e.test_main_job_in_the_browser import PASSWORD, invitation_for, join, send_file
from tests.support.live import until

FULL = os.environ.get("ONPANEL_JOURNEY") == "full"
pytestmark = pytest.mark.timeout(2400 if FULL else 420)
PATIENCE_S = 900 if FULL else 180
"""How long a busy machine may take for what a job does."""
PAYERS = {"aetna": "Aetna", "medical_mutual": "Medical Mutual", "anthem_bcbs": "Anthem"}
VEGA, WHITCOMBE = EIGHT[0], EIGHT[2]
TWO = (replace(VEGA, troubles=frozenset({"expired license"})), WHITCOMBE)
PEOPLE = EIGHT if FULL else TWO
SCANNED = ("state_license",)


@pytest.fixture
def manager(live, chromium):
    """The account manager at a desk."""
    email = f"morgan.{uuid7().hex[-8:]}@example.test"
    make_vendor_person(email=email, name="Morgan Reyes", role=Role.ACCOUNT_MANAGER, password=PASSWORD)
    person = Person(chromium, live.url)
    person.sign_in(email, PASSWORD)
    yield person
    person.close()


def test_from_roster_to_packets_for_three_payers(live, chromium, manager, tmp_path):
    pile = papers.write_all(tmp_path, PEOPLE)
    if not FULL:  # whoever is excluded needs no complete file
        pile = {name: each for name, each in pile.items() if each.owner is not WHITCOMBE or each.kind in SCANNED}
    clinic = sign_clinic(manager)
    admin = invite_administrator(manager, chromium, clinic)

    take_roster_over(admin, clinic, tmp_path / "roster.csv")
    files = provider_files(manager, clinic, PEOPLE)
    take_profiles_over(admin, clinic, tmp_path / "proview.json", files)
    drop_pile(admin, clinic, [tmp_path / name for name in pile])
    admin.close()
    confirm_pile(manager, clinic, pile)

    verify_everybody(manager, clinic)
    excluded = next(who for who in PEOPLE if "excluded" in who.troubles)
    confirm_exclusion(manager, clinic, excluded)
    start_enrollments(manager, clinic)
    expired = next(who for who in PEOPLE if "expired license" in who.troubles)
    expired_license_shows(manager, clinic, expired, files[expired.npi])
    exclusion_shows(manager, clinic, excluded)
    mend_address(manager, clinic)
    renew_license(manager, clinic, expired, tmp_path)
    for who in PEOPLE:
        if "excluded" not in who.troubles:
            sign_on_the_phone(manager, chromium, who, files[who.npi])
    for who in PEOPLE:
        if "excluded" not in who.troubles and "moved" not in who.troubles:
            for payer in PAYERS.values():
                make_packet(manager, clinic, who, payer)


def sign_clinic(desk: Person) -> str:
    """A new clinic with its tax ID and its location, typed with the old suite."""
    page = desk.page
    desk.open("/clinics/new")
    page.get_by_label("Name", exact=True).fill(CLINIC)
    page.get_by_label("State").select_option("OH")
    page.get_by_label("TIN").fill(CLINIC_TIN.replace("-", ""))
    page.get_by_role("button", name="Sign the clinic").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bellflower")
    found = re.search(r"/c/[0-9a-f-]{36}", page.url)
    assert found
    desk.open(f"{found.group(0)}/locations")
    page.get_by_label("Name", exact=True).fill("Main office")
    page.get_by_label("Address", exact=True).fill(WRONG_ADDRESS)
    page.get_by_role("button", name="Add location").click()
    expect(page.get_by_role("cell", name=WRONG_ADDRESS)).to_be_visible()
    return found.group(0)


def invite_administrator(desk: Person, chromium: object, clinic: str) -> Person:
    """The clinic's administrator joins by the link in the mail."""
    email = f"dana.{uuid7().hex[-8:]}@bellflower.test"
    desk.open(f"{clinic}/people")
    desk.page.get_by_label("E-mail").fill(email)
    desk.page.get_by_label("Name").fill("Dana Whitlock")
    desk.page.get_by_label("Role").select_option("clinic_admin")
    desk.page.get_by_role("button", name="Send invitation").click()
    expect(desk.page.get_by_text("An invitation is on its way")).to_be_visible()
    admin = Person(chromium, desk.base)
    join(admin, invitation_for(desk, email), PASSWORD)
    return admin


def take_roster_over(admin: Person, clinic: str, path: Path) -> None:
    """Upload, see what the columns are, see the preview, take it over."""
    page = admin.page
    admin.open(f"{clinic}/providers")
    page.get_by_role("link", name="Import roster").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import roster")
    send_file(admin, path)
    page.get_by_role("link", name="Check columns of roster.csv").click()
    expect(page.get_by_role("button", name="Show the preview")).to_be_visible()
    for column, meaning in (("Lic Exp", "license_expires_on"), ("Maiden Name", "former_names"), ("NPI #", "npi")):
        expect(page.get_by_label(f"What {column} is")).to_have_value(meaning)
    admin.check()
    page.get_by_role("button", name="Show the preview").click()
    take = page.get_by_role("button", name=f"Take over {len(PEOPLE)} rows")
    expect(take).to_be_visible(timeout=60_000)
    admin.check()
    take.click()
    expect(page.get_by_text(f"{len(PEOPLE)} new, 0 changed")).to_be_visible(timeout=60_000)
    admin.check()


def provider_files(desk: Person, clinic: str, people: Sequence[Clinician]) -> dict[str, str]:
    """The address of each provider's file by NPI, once the registry has answered for all."""
    page = desk.page
    desk.open(f"{clinic}/providers")

    def known() -> bool:
        page.reload()
        return page.locator("#providers tbody").get_by_text("Asking").count() == 0

    until(known, PATIENCE_S, "the registry has answered for everybody")
    desk.check()
    return {
        who.npi: str(page.get_by_role("row").filter(has_text=who.npi).get_by_role("link").first.get_attribute("href"))
        for who in people
    }


def take_profiles_over(admin: Person, clinic: str, path: Path, files: dict[str, str]) -> None:
    """Read the ProView extract and take what it knows more, provider by provider."""
    page = admin.page
    admin.open(f"{clinic}/providers/import")
    page.get_by_role("link", name="CAQH ProView").click()
    send_file(admin, path)
    page.get_by_role("button", name="Read profiles in proview.json").first.click()
    expect(page.locator("#profiles tbody tr")).to_have_count(len(files), timeout=60_000)
    admin.check()
    for who in PEOPLE:
        page.get_by_role("link", name=f"Compare {who.first}").click()
        take_all(admin, "caqh")
        admin.open(f"{clinic}/providers/caqh")


def take_all(desk: Person, source: str) -> None:
    """Mark everything that a source says and take it."""
    table = desk.page.locator(f"form[action$='/sources/{source}']")
    expect(table).to_be_visible()
    table.get_by_role("button", name=re.compile("^Take all")).click()
    expect(desk.page.locator(f"form[action$='/sources/{source}']")).to_have_count(0)
    desk.check()


def drop_pile(admin: Person, clinic: str, paths: Sequence[Path]) -> None:
    """Drop every paper at once."""
    admin.open(f"{clinic}/documents")
    zone = admin.page.locator("[data-upload]").first
    zone.locator("input[data-upload-input]").first.set_input_files(paths)
    expect(zone.locator(".drop-files .tone-good")).to_have_count(len(paths), timeout=PATIENCE_S * 1000)
    admin.check()


def confirm_pile(desk: Person, clinic: str, pile: dict[str, Paper]) -> None:
    """Confirm each paper in the screen with its page beside it; what the machine got wrong is corrected."""
    page = desk.page
    desk.open(f"{clinic}/documents")

    def read() -> bool:
        page.goto(f"{desk.base}{clinic}/documents/to-confirm")
        return page.get_by_text(f"{len(pile)} documents").count() > 0 and page.locator("progress").count() == 0

    until(read, PATIENCE_S, "every paper is read")
    desk.check()
    page.get_by_role("link", name="Start with the first").click()
    wrong = [corrected for _ in pile if (corrected := confirm_one(desk, pile, first=_ == next(iter(pile))))]
    expect(page.get_by_text("Everything that was sent is confirmed")).to_be_visible()
    assert len(wrong) <= len(pile) // 4, wrong


def confirm_one(desk: Person, pile: dict[str, Paper], *, first: bool) -> str:
    """Confirm the document at hand; returns what had to be corrected in words, empty when nothing."""
    page = desk.page
    name = page.get_by_role("heading", level=1).inner_text()
    paper = pile[name]
    if first:
        expect(page.locator(".reading-sheet img")).to_be_visible()
        assert page.locator("rect.mark").count() > 0
        desk.check()
    wrong = []
    kind = page.get_by_label("What it is")
    if kind.input_value() != paper.kind:
        wrong.append(f"{name}: kind {kind.input_value()!r}")
        with page.expect_navigation():
            kind.select_option(paper.kind)
    whose = page.get_by_label("Whose")
    wanted = paper.owner.name if paper.owner else "The clinic’s own"
    if wanted not in whose.locator("option:checked").inner_text():
        wrong.append(f"{name}: whose {whose.locator('option:checked').inner_text()!r}")
        option = whose.locator("option", has_text=wanted).first
        whose.select_option(value=option.get_attribute("value"))
    for label, value in paper.says.items():
        field = page.locator(f"#confirm-reading [name={label}]")
        if field.input_value() != value:
            wrong.append(f"{name}: {label} {field.input_value()!r}, not {value!r}")
            field.fill(value)
    with page.expect_navigation():
        page.locator("[data-confirm-reading]").click()
    expect(page.get_by_text(f"{name} is ").first).to_be_visible()
    return "; ".join(wrong)


def verify_everybody(desk: Person, clinic: str) -> None:
    """Check everybody at every source that is loaded."""
    page = desk.page

    def loaded() -> bool:
        page.goto(f"{desk.base}{clinic}/providers/checks")
        return page.get_by_text("No version of the file is loaded yet").count() == 0

    desk.open(f"{clinic}/providers/screening")
    page.get_by_role("link", name="Checks at the sources").click()
    until(loaded, PATIENCE_S, "every source is loaded")
    desk.check()
    page.get_by_role("button", name="Verify all due").click()

    def checked() -> bool:
        page.goto(f"{desk.base}{clinic}/providers/checks")
        return page.get_by_text("Nobody is due at a source").count() > 0

    until(checked, PATIENCE_S, "everybody is checked")


def confirm_exclusion(desk: Person, clinic: str, who: Clinician) -> None:
    """The hit waits in the queue with its evidence; it is escalated, then confirmed, and every pair goes on hold."""
    page = desk.page
    desk.open(f"{clinic}/providers/screening")
    for decision in ("Escalate", "Confirm exclusion"):
        page.get_by_role("link", name=who.name).first.click()
        panel = page.locator("#panel")
        expect(panel.get_by_text(f"formerly {who.former}")).to_be_visible()
        expect(panel.get_by_text("BRANDT").first).to_be_visible()
        panel.get_by_label("Reason").fill("Compared the license file and the SSN at exclusions.oig.hhs.gov.")
        panel.get_by_role("button", name=decision).click()
        if decision == "Confirm exclusion":
            page.locator("dialog[open]").get_by_role("button", name=decision).click()
        expect(
            page.get_by_text("Escalated" if decision == "Escalate" else "1 provider confirmed").first
        ).to_be_visible()
        desk.check()
        desk.open(f"{clinic}/providers/screening")


def start_enrollments(desk: Person, clinic: str) -> None:
    """Every provider with three payers, from the grid at once."""
    page = desk.page
    desk.open(f"{clinic}/panel?" + "&".join(f"add={code}" for code in PAYERS))
    for name in PAYERS.values():
        for who in PEOPLE:
            page.get_by_label(re.compile(f"Start {name} for .*{who.last}")).check()
    page.get_by_role("button", name="Start selected").click()
    expect(page.locator("a.grid-link")).to_have_count(len(PEOPLE) * len(PAYERS))
    desk.check()


def expired_license_shows(desk: Person, clinic: str, who: Clinician, file: str) -> None:
    """An expired license stands on the hold list, among what runs out, in the file and in the packet."""
    page = desk.page
    desk.open(f"{clinic}/holds?q={who.last}")
    expect(page.get_by_text(re.compile("[Ll]icense expired"))).to_have_count(len(PAYERS))
    desk.open(f"{clinic}/providers/calendar")
    expect(page.get_by_role("main")).to_contain_text(who.last)
    desk.open(file)
    expect(page.get_by_role("row").filter(has_text="State license").first).to_contain_text("Expired")
    open_packet(desk, clinic, who, "Aetna")
    expect(page.locator("#check")).to_contain_text(re.compile("[Ll]icense.*expired"))


def exclusion_shows(desk: Person, clinic: str, who: Clinician) -> None:
    """A confirmed exclusion holds every pair and keeps the packet back."""
    page = desk.page
    desk.open(f"{clinic}/holds?q={who.last}")
    expect(page.get_by_text("Excluded from federal health programs (OIG LEIE)")).to_have_count(len(PAYERS))
    open_packet(desk, clinic, who, "Aetna")
    expect(page.locator("#check")).to_contain_text("on the exclusion list OIG LEIE")


def open_packet(desk: Person, clinic: str, who: Clinician, payer: str) -> None:
    """Go to a packet by the list of packets."""
    page = desk.page
    page.goto(f"{desk.base}{clinic}/packets?q={who.last}")
    page.get_by_role("row").filter(has_text=payer).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{payer} for")


def mend_address(desk: Person, clinic: str) -> None:
    """The application has another suite than the registry and CAQH: one click takes the right one, for everybody."""
    page = desk.page
    open_packet(desk, clinic, VEGA, "Aetna")
    wrong = page.locator("#check li").filter(has_text="NPI registry says 410 BELLFLOWER AVE")
    expect(wrong).to_contain_text(WRONG_ADDRESS)
    expect(page.locator("#check li").filter(has_text="CAQH says")).to_be_visible()
    desk.check()
    wrong.get_by_role("button").first.click()
    expect(page.get_by_text("as the registry says").first).to_be_visible()
    expect(page.locator("#check").get_by_text("NPI registry says")).to_have_count(0)
    expect(page.locator("#check").get_by_text("CAQH says")).to_have_count(0)
    for who in PEOPLE:
        if "moved" in who.troubles:
            open_packet(desk, clinic, who, "Aetna")
            alone = page.locator("#check li").filter(has_text="NPI registry says 88 OLD TROY PIKE")
            alone.get_by_role("button", name=re.compile("Ask the provider")).click()
            expect(page.get_by_text("was asked by mail")).to_be_visible()


def sign_on_the_phone(desk: Person, chromium: object, who: Clinician, file: str) -> None:
    """The provider opens the invitation on a phone, reads the file and signs."""
    desk.open(file)
    desk.page.get_by_role("button", name="Invite the provider").click()
    expect(desk.page.get_by_text("nvitation").first).to_be_visible()
    phone = Person(chromium, desk.base, phone=True)
    join(phone, invitation_for(desk, who.email), PASSWORD)
    page = phone.page
    phone.open("/me/file")
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_label("Your full name").fill(who.name)
    page.get_by_label("I have read my file").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed. Thank you.")).to_be_visible()
    phone.check()
    phone.close()


def renew_license(desk: Person, clinic: str, who: Clinician, folder: Path) -> None:
    """The renewed license arrives, is read and confirmed, and the pairs leave the hold list."""
    paper = Paper("renewed.pdf", "state_license", who, papers.license_paper(replace(who, troubles=frozenset())))
    (folder / "renewed.pdf").write_bytes(paper.content)
    drop_pile(desk, clinic, [folder / "renewed.pdf"])
    confirm_pile(desk, clinic, {"renewed.pdf": paper})

    def released() -> bool:
        desk.page.goto(f"{desk.base}{clinic}/holds?q={who.last}")
        return desk.page.get_by_text(re.compile("[Ll]icense expired")).count() == 0

    until(released, PATIENCE_S, "the renewed license ends the hold")


def make_packet(desk: Person, clinic: str, who: Clinician, payer: str) -> None:
    """A packet without defects becomes a version; its PDF and ZIP open."""
    page = desk.page

    def clean() -> bool:
        open_packet(desk, clinic, who, payer)
        return page.locator("#check").get_by_text("Nothing found").count() > 0

    # The sealed copy of the signature is made by a job.
    until(clean, PATIENCE_S, f"nothing keeps back what goes to {payer} for {who.name}")
    page.get_by_role("button", name="Make version 1").click()
    pdf = page.get_by_role("link", name="Version 1 as PDF")
    expect(pdf).to_be_visible(timeout=120_000)
    with open_pdf(fetched(desk, pdf.get_attribute("href"))) as opened:
        words = " ".join(box.text for number in range(opened.page_count) for box in opened.words(number))
        assert who.last in words
        assert "Bellflower" in words
    archive = page.get_by_role("link", name="Version 1 as ZIP")
    with zipfile.ZipFile(io.BytesIO(fetched(desk, archive.get_attribute("href")))) as opened_zip:
        assert opened_zip.testzip() is None
        names = " ".join(opened_zip.namelist()).lower()
    assert all(word in names for word in ("packet.pdf", "attestation", "w9.pdf", f"{who.last.lower()}-coi.pdf")), names


def fetched(desk: Person, address: str | None) -> bytes:
    """What a link of the page leads to, as the browser that is signed in gets it."""
    answer = desk.page.request.get(f"{desk.base}{address}")
    assert answer.status == 200, answer.status
    return answer.body()
