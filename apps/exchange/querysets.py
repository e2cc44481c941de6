from typing import Any, Self

from apps.core.ledgers import registry
from apps.exchange.enums import OPEN
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.querysets import TenantQuerySet


class UploadQuerySet(TenantQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of the user's organizations, of the ledgers that they may bring in themselves: a file shows all that was typed into it."""
        held = grants_of(user)
        keys = [ledger.key for ledger in registry.every() if ledger.permission in held]
        return self.in_scope(scope_for(user, "organizations.view")).filter(ledger__in=keys)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)
