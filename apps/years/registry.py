"""What is reported once a year. An app declares it in its AppConfig (`yearly`), found the way the menu finds its rooms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.module_loading import import_string

from apps.organizations.roles import PERMISSIONS


@dataclass(frozen=True)
class Yearly:
    """One kind of yearly report, and the days that are proposed when no year before says otherwise (month, day)."""

    key: str  # the app's label; its permissions are "<key>.view", "<key>.submit", …
    label: str
    model: str  # "<app>.<Model>": a TenantReport with `window`
    due: tuple[int, int]
    opens: tuple[int, int] = (1, 1)
    closes: tuple[int, int] = (12, 31)
    note: str = ""  # where the proposed due day comes from, as the page says it
    lay_out: str = ""  # the path of a service that gives a window its template, called when the window is first set
    template: str = ""  # the name of the page that changes this template, by year

    def days(self, year: int) -> dict[str, date]:
        return {"opens_on": date(year, *self.opens), "due_on": date(year, *self.due), "closes_on": date(year, *self.closes)}

    def begin(self, window: models.Model) -> None:
        if self.lay_out:
            import_string(self.lay_out)(window=window)

    @property
    def reports(self) -> Any:
        """The model of its reports, a YearlyReport."""
        return apps.get_model(self.model)

    @property
    def services(self) -> ModuleType:
        """Its app's lifecycle: submit, approve, send_back."""
        return import_module(f"apps.{self.key}.services")

    @property
    def list_url(self) -> str:
        return reverse(f"{self.key}:list")

    @property
    def is_signed(self) -> bool:
        """Is there somebody who may sign it after the review?"""
        return f"{self.key}.sign" in PERMISSIONS


def kinds() -> Iterator[Yearly]:
    """Every declared kind, in the order of INSTALLED_APPS."""
    for config in apps.get_app_configs():
        if yearly := getattr(config, "yearly", None):
            yield yearly


def kind(key: str) -> Yearly:
    return next(each for each in kinds() if each.key == key)
