"""Reading a figure off the coverage dashboard."""

from playwright.sync_api import Page


def covered(page: Page, label: str) -> int:
    """The first number of an indicator's card: 33 of "33 / 37 所学校"."""
    page.goto("/coverage/")
    card = page.locator(".figure", has=page.get_by_text(label, exact=True))
    return int(card.locator(".figure-foot a").inner_text().split(" / ")[0].replace(",", ""))
