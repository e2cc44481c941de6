"""The ledger of counselors: one post a row. A row is known by the person, the post and the day it began; a day of leaving ends it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from apps.core.ledgers.cells import Choice, Day, Name
from apps.core.ledgers.ledger import Column, Errand, Part, Row
from apps.core.ledgers.registry import ledger
from apps.counselors.enums import Post, misplaced
from apps.counselors.models import LEFT_BEFORE, NO_NUMBER, Counselor
from apps.counselors.services.register import CERTIFICATE, known_sentence, left_sentence
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.resources.base import COUNTY, TOWN, LocatedLedger, Words, rules_of
from apps.people.resources import PersonName

AMENDED = (*CERTIFICATE, "until")


@ledger
class Counselors(LocatedLedger):
    key, label = "counselors", "辅导员"
    permission, reading = "counselors.keep", "counselors.view"
    about = "各级各类辅导员及其培训证书；只登记成年人，不含联系方式。"
    page = "/counselors/register/"
    kinds = (Kind.SCHOOL, Kind.TOWN, Kind.COUNTY, Kind.PLACE)

    county = COUNTY
    town = TOWN
    organization = Column(
        "任职单位",
        "organization__name",
        cell=Name(),
        required=True,
        key=True,
        aliases=("单位", "学校", "学校名称", "所在单位", "工作单位"),
        help="学校、村（社区）的全称；总辅导员填镇（街道）或报送单位的名称。",
        example="凤桥镇中心小学",
        width=24,
    )
    name = Column(
        "姓名",
        "name",
        cell=PersonName(),
        required=True,
        key=True,
        rules=rules_of(Counselor, "name"),
        aliases=("辅导员姓名",),
        example="王芳",
    )
    post = Column(
        "类别",
        "post",
        cell=Choice(Post, also={"校外辅导员": Post.VOLUNTEER, "校外志愿辅导员": Post.VOLUNTEER, "大队辅导": Post.BRIGADE}),
        required=True,
        key=True,
        aliases=("辅导员类别", "职务"),
        example="大队辅导员",
    )
    since = Column(
        "任职日期",
        "since",
        cell=Day(),
        required=True,
        key=True,
        rules=rules_of(Counselor, "since"),
        aliases=("任职时间", "聘任日期"),
        example="2010-09-01",
    )
    certificate_number = Column(
        "培训证书编号",
        "certificate_number",
        cell=Words(),
        rules=rules_of(Counselor, "certificate_number"),
        aliases=("证书编号", "证书号"),
        help="还没有参加培训的不填。",
        width=20,
    )
    certificate_issuer = Column(
        "发证单位", "certificate_issuer", cell=Words(), rules=rules_of(Counselor, "certificate_issuer"), aliases=("颁证单位",), width=20
    )
    certificate_on = Column(
        "发证日期", "certificate_on", cell=Day(), rules=rules_of(Counselor, "certificate_on"), aliases=("发证时间", "培训日期")
    )
    until = Column("离任日期", "until", cell=Day(), rules=rules_of(Counselor, "until"), aliases=("离任时间",), help="在任的不填。")

    class Meta:
        model = Counselor
        import_id_fields = ("county", "town", "organization", "name", "post", "since")

    def listed(self, user: Any) -> models.QuerySet:
        return super().listed(user).order_by("county__position", "organization__path", "post", "name", "pk")

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        return self.arranged(Counselor.objects.filter(organization__in={row.organization for row in rows}))

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        rows = list(rows)
        serving = Counselor.objects.filter(organization__in={row.organization for row in rows}, until__isnull=True)
        facts = serving.values_list("organization", "post", "name", "since")
        known: dict[Any, Any] = {(where, post, name): since for where, post, name, since in facts}
        coming = errand.notes.setdefault("coming", {})
        for row in rows:
            name, post, until = (self.value(row, column) for column in ("name", "post", "until"))
            person = (row.organization, post, name)
            if row.before is not None and (left := row.before[self.index["until"]]):
                row.fault("", left_sentence(name, left))
            elif row.before is None and not until:
                if since := known.get(person):
                    row.fault("since", known_sentence(name, since))
                elif (number := coming.setdefault(person, row.number)) != row.number:
                    row.fault("since", f"与第 {number} 行是同一位{Post(post).label}，任职日期不同，请核对。")
            self._judge(row, errand)

    def _judge(self, row: Row, errand: Errand) -> None:
        until, since, number, issuer, day = (self.value(row, name) for name in ("until", "since", *CERTIFICATE))
        if row.before is None and (sentence := misplaced(self.value(row, "post"), self.spot(row, errand).kind)):
            row.fault("post", sentence)
        if until and until < since:
            row.fault("until", LEFT_BEFORE)
        elif until:
            row.hints.append(f"将于 {until} 离任。" if row.before else f"已于 {until} 离任。")
        if not number and (issuer or day):
            row.fault("certificate_number", NO_NUMBER)

    def parts(self) -> Sequence[Part]:
        fields = ("name", "post", "since", *AMENDED)
        places = [self.index[name] for name in fields]
        values = lambda row: (row.organization, row.county, *[row.values[place] for place in places])  # noqa: E731
        return [Part(Counselor, ("organization", "county", *fields), values, AMENDED)]

    def lock(self, rows: Sequence[Row]) -> None:
        keys = {row.organization for row in rows if row.organization}
        list(Organization.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
