"""Made-up decisions about the year: a unit that need not report, one that was granted more time, one that waits for an answer."""

from datetime import date, timedelta
from random import Random

from apps.accounts.models import User
from apps.organizations.demo import SLUGS
from apps.organizations.demo.stories import moment
from apps.organizations.models import Organization
from apps.years.enums import Answer
from apps.years.models import Exemption, Extension, Window

EXEMPTED = "市教育局团委"
GRANTED = ("平湖市", "年末督导组成员调整，最后一次督导要到元旦后才能完成。", "同意，请在延期内报送。")
WAITING = ("经开区", "塘汇街道两所学校年底搬迁，工作督导推迟到一月上旬。")


def load(*, today: date, random: Random) -> None:
    """All about the supervision of the running year, which is open."""
    window = Window.objects.of_kind("supervision").get(year=today.year)
    units = {unit.name: unit for unit in Organization.objects.counties()}
    people = User.objects.in_bulk([*SLUGS.values(), "city"], field_name="username")
    exempted = units[EXEMPTED]
    Exemption.objects.create(window=window, organization=exempted, county=exempted, reason="直属学校由市教育局统一督导，不单独报送")
    for days, name, reason, *note in ((9, *GRANTED), (1, *WAITING)):
        unit, asked_at = units[name], moment(today - timedelta(days=days), random)
        extension = Extension(
            window=window,
            organization=unit,
            county=unit,
            reason=reason,
            wanted_until=date(today.year + 1, 1, 15),
            asked_by=people[SLUGS[name]],
            asked_at=asked_at,
        )
        if note:
            extension.answer, extension.until, extension.note = Answer.GRANTED, date(today.year + 1, 1, 10), note[0]
            extension.answered_by, extension.answered_at = people["city"], asked_at + timedelta(days=1)
        extension.save()
