"""People at a browser: each signs in through the page and sees what they may see. `SCREENSHOTS=1` keeps pictures in var/screenshots."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.browser.portal import PASSWORD, ROOT, Portal, running
from tests.databases import Templates

PATIENCE = 30_000  # milliseconds, on a machine that has other work too; whoever is answered sooner does not wait
SCREENSHOTS = ROOT / "var" / "screenshots" if os.environ.get("SCREENSHOTS") else None
# Without a desktop's windows, each person's browser costs a third.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("chromium-browser")
expect.set_options(timeout=PATIENCE)
QUIET = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def theatre(database_templates: Templates, template_demo: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal of this process: its server and its worker run for all stories."""
    template, files = template_demo
    var = tmp_path_factory.mktemp("portal")
    shutil.copytree(files, var / "media")
    with running(var, database_templates.copy(template, "portal")) as portal:
        yield portal


@pytest.fixture(scope="module", autouse=True)
def portal(theatre: Portal, template_demo: tuple[str, Path]) -> Portal:
    """The portal with the demo data anew: the stories of one file share it, those of another file never meet them."""
    theatre.begin_anew(template_demo[0])
    return theatre


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the stories: Playwright keeps an event loop running, beside which Django refuses the ORM to tests that follow."""
    if CHROMIUM is None:
        pytest.fail("没有找到 Chromium，请安装：apt-get install chromium-headless-shell")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, *QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(theatre: Portal) -> dict[str, StorageState]:
    """Who has signed in before, with their cookies."""
    return {}


@pytest.fixture
def visit(portal: Portal, browser: Browser, signed_in: dict[str, StorageState]) -> Iterator[Callable[..., Page]]:
    """`visit("nanhu", at="/plans/", width=360)` → a page of that person's own browser, signed in and there, else at their desk.

    None stays outside. Whoever signed in for an earlier story still is; in one story each browser of a person has a session of its own. No
    script error and no refusal by the content security policy may happen on the way.
    """
    troubles: list[str] = []
    contexts, visitors = [], set()

    def open_page(username: str | None, *, at: str = "", width: int = 1440, javascript: bool = True) -> Page:
        known = signed_in.get(username) if username and username not in visitors else None
        visitors.add(username)
        context = browser.new_context(
            storage_state=known,
            base_url=portal.url,
            viewport={"width": width, "height": 900 if width > 800 else 780},
            java_script_enabled=javascript,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(at or ("/desk/" if known else "/login/"))
        if username and "/login/" in page.url:
            sign_in(page, username)
            page.wait_for_url(lambda url: "/login/" not in url)
            signed_in[username] = {"cookies": context.cookies(), "origins": []}
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def sign_in(page: Page, username: str) -> None:
    page.get_by_label("账号").fill(username)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """`look(page, "plan-form")`: axe must find no accessibility fault, and nothing may stick out sideways."""

    def look_at(page: Page, name: str) -> None:
        width = page.viewport_size["width"] if page.viewport_size else 0
        if SCREENSHOTS:
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        is_there = page.evaluate("'axe' in window")  # since this document was looked at before, at another width maybe
        results = (Axe("null") if is_there else Axe()).run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    return look_at
