"""Load the labelled demo data of every app, once; only where DEMO is on."""

from importlib import import_module
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from apps.accounts.models import User
from apps.core import scope
from apps.organizations import demo as organizations

# Lowest first; then coverage, which counts what the others have put down, and the log, which seals it.
ORDER = (
    *("organizations", "people", "plans", "rooms", "pairings", "counselors", "supervision", "conferences"),
    *("years", "exchange", "notices", "coverage", "audit"),
)


class Command(BaseCommand):
    help = "Load made-up schools, people and work on the real divisions (演示数据)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("没有设置 DEMO=1，不载入演示数据。")
        if User.objects.filter(username="city").exists():
            organizations.refresh_passwords()
            self.stdout.write("演示数据已在库中，未作改动。")
            return
        random = Random(20120410)  # noqa: S311  the same city every time
        with scope.opened(scope.EVERYTHING):
            for app in ORDER:
                package = import_module(f"apps.{app}")
                if module_has_submodule(package, "demo"):
                    import_module(f"apps.{app}.demo").load(today=timezone.localdate(), random=random)
        self.stdout.write("已载入演示数据。")
