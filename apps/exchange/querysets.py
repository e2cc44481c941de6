from typing import Any, Self

from django.apps import apps

from apps.core.ledgers import registry
from apps.core.ledgers.enums import WRITTEN, Outcome
from apps.exchange.enums import State
from apps.jobs.enums import OPEN
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.querysets import TenantQuerySet


class UploadQuerySet(TenantQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of the user's organizations, of the ledgers that they may bring in themselves: a file shows all that was typed into it."""
        held = grants_of(user)
        keys = [ledger.key for ledger in registry.declared() if ledger.permission in held]
        return self.in_scope(scope_for(user, "organizations.view")).filter(ledger__in=keys)

    def sent_by(self, user: Any) -> Self:
        return self.filter(by=user)

    def of_ledger(self, key: str) -> Self:
        return self.filter(ledger=key)

    def waiting_for(self, user: Any) -> Self:
        """Those that this user has sent and that go no further by themselves: to confirm, to put right, to send again."""
        mine = self.sent_by(user).filter(state__in=(State.READING, State.CHECKED, State.REFUSED))
        return mine.exclude(job__state__in=OPEN)


class LineQuerySet(TenantQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of the files that the user sees."""
        return self.filter(upload__in=apps.get_model("exchange", "Upload").objects.visible_to(user))

    def of_outcome(self, outcome: str) -> Self:
        return self.filter(outcome=outcome)

    def wrong_in(self, column: str) -> Self:
        """Those with a fault in this column; "" is what is wrong with a row as a whole."""
        return self.filter(outcome=Outcome.WRONG, faults__has_key=column)

    def hinted(self) -> Self:
        """Those that are written and set something off, or are worth a second look."""
        return self.filter(outcome__in=WRITTEN).exclude(hints=[])
