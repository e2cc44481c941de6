"""Who somebody is at the unified identity provider, and whose account here that is."""

from django.db import IntegrityError, transaction

from apps.accounts.models import Identity, User
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError

UNKNOWN = "统一身份认证已通过，但本平台没有您可以使用的账号。请与本单位账号管理人联系。"
TAKEN = "统一身份认证已通过，但同名账号已绑定另一个统一身份，不能登录。请与本单位账号管理人联系。"


@transaction.atomic
def person(*, issuer: str, subject: str, username: str) -> User:
    """The person whom the provider has recognised: by the subject they were bound to, else by the account's name, which binds them.

    Nobody is ever created. Once an account is bound, only its own subject opens it: a claim that is renamed later takes over nobody.
    """
    bound = Identity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    user = bound.user if bound else User.objects.filter(username=User.normalize_username(username)).first() if username else None
    if user is None or not user.is_active:
        raise DomainError(UNKNOWN)
    if not bound:
        _bind(user, issuer, subject)
    return user


def _bind(user: User, issuer: str, subject: str) -> None:
    try:
        with transaction.atomic():
            Identity.objects.create(user=user, issuer=issuer, subject=subject)
    except IntegrityError as error:  # the account is bound already, or was a moment ago
        raise DomainError(TAKEN) from error
    audit.record(Verb.ACCOUNT, f"{user}绑定统一身份", user=user.pk, name=str(user), details={"issuer": issuer, "subject": subject})
