"""How the seals stand: what the auditor's pages and desk say about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.audit.enums import Verb
from apps.audit.models import Act, Seal
from apps.audit.sealing import rows
from apps.core import logs

COUNTED = 10_000  # rows that wait are counted no further
OVERDUE = timedelta(hours=1)  # beat seals every few minutes
NIGHTLY = timedelta(hours=26)


@dataclass(frozen=True)
class Status:
    last: Seal | None
    waiting: int
    waits_since: datetime | None  # at the latest: the last seal, or where there is none the first act
    verification: Any  # the Act of the last verification

    @property
    def is_sound(self) -> bool | None:
        """What the last verification said; None when there was none."""
        return self.verification.details.get("sound") if self.verification else None

    @property
    def faults(self) -> list[str]:
        return self.verification.details.get("faults", []) if self.verification else []

    @property
    def waiting_words(self) -> str:
        return f"{COUNTED} 条以上" if self.waiting >= COUNTED else f"{self.waiting} 条"

    @property
    def is_late(self) -> bool:
        """Rows wait, and nobody has sealed for long: the worker or beat does not run."""
        return self.waiting > 0 and self.waits_since is not None and self.waits_since < timezone.now() - OVERDUE

    @property
    def is_unverified(self) -> bool:
        return self.verification is None or self.verification.at < _since()


def status() -> Status:
    last = Seal.objects.last_link()
    since = last.at if last else Act.objects.order_by("at").values_list("at", flat=True).first()
    return Status(last, rows.waiting(logs.sealed(), most=COUNTED), since, Act.objects.latest_verification())


def verifications(*, most: int = 30) -> list[Act]:
    """The last nights, newest first."""
    return list(Act.objects.of(Verb.VERIFY).newest_first()[:most])


def _since() -> datetime:
    return timezone.now() - NIGHTLY
