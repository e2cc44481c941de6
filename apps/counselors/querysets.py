from datetime import date
from typing import Self

from django.db.models import Q

from apps.counselors.enums import Post
from apps.organizations.querysets import TenantQuerySet
from apps.organizations.two_sided.querysets import TwoSidedQuerySet


class CounselorQuerySet(TenantQuerySet):
    def serving_on(self, day: date) -> Self:
        """Those who are counselors on a day."""
        return self.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gt=day))

    def left_by(self, day: date) -> Self:
        return self.filter(until__lte=day)

    def of_post(self, post: Post) -> Self:
        return self.filter(post=post)

    def all_certified_on(self, day: date) -> Self:
        """Brigade counselors of a day who hold a certificate of that day or before, where their colleagues all do."""
        serving = self.serving_on(day).of_post(Post.BRIGADE)
        lacking = serving.exclude(certificate_on__lte=day)  # no certificate, a later one, or one without a date
        return serving.exclude(organization__in=lacking.values("organization"))

    def trained(self) -> Self:
        """Those who have a training certificate."""
        return self.exclude(certificate_number="")

    def untrained(self) -> Self:
        return self.filter(certificate_number="")


class ExchangeQuerySet(TwoSidedQuerySet):
    def counting_on(self, day: date) -> Self:
        """Confirmed exchanges of the day's year that have begun by then."""
        return self.approved().in_year(day.year).filter(starts_on__lte=day)
