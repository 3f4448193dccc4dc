"""A real browser that is strict about what it sees: no console error, no CSP violation, no serious axe finding, valid HTML."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.support.clients import assert_valid_html

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "infra" / "pictures"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
SERIOUS = {"serious", "critical"}
# The look at colors takes longer than all others: each page gets it once in each size and theme, with every other rule each time.
COLORS = "color-contrast"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
JUDGED: set[tuple[object, ...]] = set()
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES_ASKED = bool(os.environ.get("ONPANEL_PICTURES"))
expect.set_options(timeout=15_000)


class Person:
    """One person in their own browser window."""

    def __init__(self, browser: Browser, base: str, *, phone: bool = False, dark: bool = False) -> None:
        size: Any = {"width": 360, "height": 740} if phone else {"width": 1280, "height": 900}
        self.base = base
        self.manner = (phone, dark)
        self.context: BrowserContext = browser.new_context(
            viewport=size, color_scheme="dark" if dark else "light", has_touch=phone, reduced_motion="reduce"
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> Page:
        """Go to an address and check the page that arrives."""
        answer = self.page.goto(path if path.startswith("http") else f"{self.base}{path}")
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        assert_valid_html(answer.text(), path)
        self.check(settled=True)
        return self.page

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the page."""
        self.open("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
        self.check()

    def check(self, *, settled: bool = False) -> None:
        """Fail on a console error, a CSP violation, a sideways scroll, or a serious accessibility finding of the page at hand."""
        if not settled:
            self.page.wait_for_timeout(80)  # a click that was just made begins its navigation now
            self.page.wait_for_load_state("load")
            self.page.wait_for_function("!document.querySelector('.htmx-request')")
        assert not self.complaints, self.complaints
        self._check_access()
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{self.page.url} scrolls sideways by {wide} px"

    def _check_access(self) -> None:
        """No serious axe finding."""
        page = (*self.manner, _ID.sub("", self.page.url.removeprefix(self.base)))
        rules = {COLORS: {"enabled": False}} if page in JUDGED else {}
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "async rules => (await axe.run({resultTypes: ['violations'], rules})).violations",
            rules,
        )
        serious = [
            f"{v['id']}: {v['help']} {[node['target'] for node in v['nodes'][:3]]}"
            for v in found
            if v["impact"] in SERIOUS
        ]
        assert not serious, f"{self.page.url}: {serious}"
        JUDGED.add(page)

    def button(self, name: str) -> Locator:
        """The button, or link that looks like one, with that name."""
        return self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first

    def picture(self, name: str) -> None:
        """Take the README's picture of this page, when pictures are asked for."""
        if PICTURES_ASKED:
            PICTURES.mkdir(exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.png")

    def close(self) -> None:
        """Close the window."""
        self.context.close()
