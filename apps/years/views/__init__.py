"""The pages of the reporting year, by noun: years, extensions, corrections."""

from apps.years.views.corrections import CorrectFact, FindFact, Reopen
from apps.years.views.extensions import Answer, Ask, ExtensionDetail, ExtensionList, Withdraw
from apps.years.views.years import Close, Settings, YearDetail, YearList

__all__ = [
    "Answer",
    "Ask",
    "Close",
    "CorrectFact",
    "ExtensionDetail",
    "ExtensionList",
    "FindFact",
    "Reopen",
    "Settings",
    "Withdraw",
    "YearDetail",
    "YearList",
]
