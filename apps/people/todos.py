from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from apps.core import todos
from apps.core.todos import Todo
from apps.organizations.grants import grants_of
from apps.people.enums import State
from apps.people.models import Person


@todos.source
def stale_accounts(user: Any) -> Iterator[Todo]:
    """Whoever keeps accounts: those that nobody has used for half a year."""
    if "people.manage" not in grants_of(user):
        return
    if count := Person.objects.managed_by(user).with_state(timezone.now()).in_state(State.STALE).count():
        url = f"{reverse('people:list')}?{urlencode({'state': State.STALE.value, 'managed': 'mine'})}"
        yield Todo(f"{settings.STALE_ACCOUNT_DAYS} 天没有登录的账号", url, "请核对本人是否还从事这项工作；不再从事的请停用。", count=count)
