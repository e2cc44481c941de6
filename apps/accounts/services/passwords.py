"""Setting a password of one's own."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import PasswordRecord, User
from apps.accounts.services import sessions
from apps.accounts.validators import REMEMBERED
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError


@transaction.atomic
def choose(*, user: User, password: str, session_key: str | None = None) -> None:
    """Set the password that its owner has chosen; ends their every other sign-in but that of `session_key`."""
    locked = User.objects.select_for_update().get(pk=user.pk)  # two at once: the second is held to what the first has chosen
    try:
        validate_password(password, locked)
    except ValidationError as error:
        raise DomainError(error.messages[0], field="new_password") from error
    user.set_password(password)
    user.chose_password_at = timezone.now()
    user.save(update_fields=["password", "chose_password_at"])
    PasswordRecord.objects.create(user=user, password=user.password)
    PasswordRecord.objects.filter(pk__in=PasswordRecord.objects.filter(user=user)[REMEMBERED:].values("pk")).delete()
    sessions.end_all(user=user, except_key=session_key)
    audit.record(Verb.PASSWORD, "本人设置密码", user=user.pk, name=str(user), details={"username": user.username})
