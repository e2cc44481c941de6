"""Who is told what about a year: the city of applications, a unit of answers, everybody of what changes for them."""

from apps.years.models import Extension, Reopening
from apps.years.selectors import YearSettings


def year_set(*, year: int, before: YearSettings, after: YearSettings) -> None: ...


def asked(extension: Extension) -> None: ...


def withdrawn(extension: Extension) -> None: ...


def answered(extension: Extension) -> None: ...


def closed(year: int) -> None: ...


def reopened(reopening: Reopening, report: object) -> None: ...
