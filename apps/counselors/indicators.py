"""What counselors contribute to coverage: towns with their committee and chief counselor (circular §3.2.1), schools whose counselors meet
others (§3.2.2, §4.3) and are trained (§4.3).
"""

from datetime import date

from django.db.models import Count, F, QuerySet

from apps.counselors.enums import Post
from apps.counselors.models import Counselor, Exchange
from apps.coverage.registry import CIRCULAR, Ease, Indicator, Rows, Rule, register, sorted_into
from apps.organizations.enums import Kind, SchoolArea, UnitKind
from apps.organizations.models import Organization, PioneerUnit, School


def towns(day: date) -> QuerySet:
    """Every town, whatever the day."""
    return Organization.objects.of_kind(Kind.TOWN).order_by().values("county_id", organization_id=F("pk"))


def staffed(day: date) -> QuerySet:
    chiefs = Counselor.objects.serving_on(day).of_post(Post.CHIEF)
    committees = PioneerUnit.objects.active_on(day).of_kind(UnitKind.TOWN_COMMITTEE)
    return committees.filter(organization__in=chiefs.values("organization")).values("organization_id")


def with_committee(day: date) -> QuerySet:
    return PioneerUnit.objects.active_on(day).of_kind(UnitKind.TOWN_COMMITTEE).values("organization")


def with_chief(day: date) -> QuerySet:
    return Counselor.objects.serving_on(day).of_post(Post.CHIEF).values("organization")


register(
    Indicator(
        key="town_committee",
        label="镇（街道）少工委建设",
        level=Kind.TOWN,
        counted="个镇（街道）",
        rules=(
            Rule(
                since=CIRCULAR,
                definition=(
                    "全部镇和街道中，统计日镇（街道）少工委已成立且未撤销，同时有总辅导员在任的所占比例。"
                    "只有少工委、总辅导员空缺，或者只有总辅导员、少工委未登记的，都不计入。"
                ),
                universe=towns,
                covered=staffed,
            ),
        ),
        sources=(PioneerUnit, Counselor),
        eases=(Ease("少工委已成立，只缺总辅导员", with_committee), Ease("总辅导员已在任，只缺少工委", with_chief)),
        position=25,
    )
)


def schools(day: date) -> QuerySet:
    return School.objects.open_on(day).values("organization_id", "county_id", groups=sorted_into(F("area")))


def exchanging(day: date) -> QuerySet:
    return School.objects.on_a_side_of(Exchange.objects.counting_on(day)).values("organization_id")


def trained(day: date) -> QuerySet:
    return Counselor.objects.all_certified_on(day).values("organization_id")


def exchange_waiting(day: date) -> QuerySet:
    return School.objects.on_a_side_of(Exchange.objects.submitted().in_year(day.year)).values("organization")


def exchanged_before(day: date) -> QuerySet:
    return School.objects.on_a_side_of(Exchange.objects.approved().in_year(day.year - 1)).values("organization")


def lacking_a_date(day: date) -> QuerySet:
    """Schools whose brigade counselors all have a certificate, of which a date is missing."""
    serving = Counselor.objects.serving_on(day).of_post(Post.BRIGADE)
    undated = serving.trained().filter(certificate_on__isnull=True)
    return undated.exclude(organization__in=serving.untrained().values("organization")).values("organization")


def lacking_one_certificate(day: date) -> QuerySet:
    """Schools where a single brigade counselor keeps the school from being trained."""
    serving = Counselor.objects.serving_on(day).of_post(Post.BRIGADE)
    lacking = serving.exclude(certificate_on__lte=day).order_by().values("organization").annotate(count=Count("pk"))
    return lacking.filter(count=1).values("organization")


def _register(key: str, label: str, definition: str, covered: Rows, source: type, eases: tuple[Ease, ...], position: int) -> None:
    register(
        Indicator(
            key=key,
            label=label,
            level=Kind.SCHOOL,
            counted="所学校",
            rules=(Rule(since=CIRCULAR, definition=definition, universe=schools, covered=covered),),
            sources=(School, source),
            groups=dict(SchoolArea.choices),
            eases=eases,
            position=position,
        )
    )


_register(
    "counselor_exchange",
    "辅导员交流覆盖率",
    "统计日已开办、尚未撤并的学校中，参加过当年辅导员交流的学校所占比例，派出辅导员的学校和接待的学校都计入。"
    "以报送单位已确认、开始日期不晚于统计日的当年交流为准，待确认、已退回和其他年度的不计入；同一学校多次交流的，只计一次。",
    exchanging,
    Exchange,
    (Ease("当年交流已提交，待报送单位确认", exchange_waiting), Ease("上一年参加过辅导员交流", exchanged_before)),
    28,
)
_register(
    "counselor_training",
    "大队辅导员培训率",
    "统计日已开办、尚未撤并的学校中，在任大队辅导员都已取得培训证书的学校所占比例。发证日期不晚于统计日的才算取得，未填发证日期的不算；"
    "有几位大队辅导员的，须全部取得；没有在任大队辅导员的学校不计入已覆盖。",
    trained,
    Counselor,
    (Ease("证书已登记，只缺发证日期", lacking_a_date), Ease("只有一位大队辅导员还没有证书", lacking_one_certificate)),
    29,
)
