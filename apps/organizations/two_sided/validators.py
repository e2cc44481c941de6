"""What a report about two schools must say, for its form, its table and its ledger alike."""

from datetime import date

from apps.core.forms import slip

YEARS_AROUND = 5  # that a pairing or a secondment may have begun before its year, or run beyond it
NOT_WITH_ONESELF = "对方学校不能是本校。"
ENDS_FIRST = "结束日期不能早于开始日期。"


def wrong_dates(*, year: int, starts_on: date | None, ends_on: date | None) -> dict[str, str]:
    """Field → sentence; empty where the dates may stand in a draft."""
    days = {"starts_on": starts_on, "ends_on": ends_on}
    found = {name: sentence for name, day in days.items() if (sentence := slip(day, year - YEARS_AROUND, year + YEARS_AROUND))}
    if not found and starts_on and ends_on and ends_on < starts_on:
        found["ends_on"] = ENDS_FIRST
    return found
