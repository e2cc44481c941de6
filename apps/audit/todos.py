"""What waits for the auditor."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.audit.selectors import pack, status
from apps.core.todos import Todo, source


@source
def log_todos(user: Any) -> Iterator[Todo]:
    """A log that does not agree with its seals, seals that are not made any more, and the audit that is due in January."""
    if not user.has_perm("audit.view"):
        return
    now, address = status.status(), reverse("audit:seals")
    if now.is_sound is False:
        yield Todo("操作日志核验未通过", address, "日志可能被改动过，请查看不符之处并报告。", tone="warning")
    if now.is_late:
        yield Todo("操作日志超过 1 小时没有封存", address, "请系统管理员检查后台任务是否在运行。", tone="warning")
    today = timezone.localdate()
    if (year := pack.due(today)) and not _made(year):
        due = timezone.make_aware(datetime.combine(date(today.year, 1, 31), time.max))
        yield Todo(f"报送{year}年个人信息审计报告", reverse("audit:packs"), "生成报告，核对后报送。", due=due)


def _made(year: int) -> bool:
    return Act.objects.of(Verb.EXPORT).filter(details__year=year, at__gte=timezone.make_aware(datetime(year + 1, 1, 1))).exists()  # noqa: DTZ001
