from datetime import date
from typing import Any, Self

from django.db.models import F, Q

from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.querysets import strictly_below
from apps.organizations.two_sided.querysets import TwoSidedQuerySet


class PairingQuerySet(TwoSidedQuerySet):
    def between(self, one: Any, other: Any) -> Self:
        """Pairings of two schools, whichever proposed."""
        return self.filter(Q(organization=one, partner=other) | Q(organization=other, partner=one))

    def in_force_on(self, day: date) -> Self:
        """Confirmed pairings that have begun and not ended; one without a last day goes on."""
        return self.approved().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def awaiting(self, user: Any) -> Self:
        schools = Organization.objects.in_scope(scope_for(user, "pairings.accept")).values("pk")
        below = strictly_below(user, "pairings.review")
        invited = Q(partner_accepted_at=None, partner__in=schools)
        ours = Q(partner_accepted_at__isnull=False, county_confirmed_at=None, organization__in=below)
        theirs = Q(partner_accepted_at__isnull=False, partner_county_confirmed_at=None, partner__in=below) & ~Q(partner_county=F("county"))
        return self.submitted().filter(invited | ours | theirs).exclude(submitted_by=user)
