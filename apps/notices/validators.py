"""What an address must be before anything is sent there."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError


def webhook(address: str) -> None:
    """A robot's address is at one of the services we know, so that it is no way to knock at doors of the inner network."""
    if not is_known(address):
        names = "、".join(settings.WEBHOOK_HOSTS)
        raise ValidationError(f"请复制钉钉自定义机器人的完整 Webhook 地址，以 https://{names} 开头。", code="webhook")


def is_known(address: str) -> bool:
    """Its scheme, host and port are exactly those of WEBHOOK_HOSTS; a host alone is asked by https at the usual port."""
    try:
        parts = urlsplit(address)
        plain = parts.username is None and parts.password is None and not parts.fragment and parts.port != 0
    except ValueError:
        return False
    known = {host if "://" in host else f"https://{host}" for host in settings.WEBHOOK_HOSTS}
    return plain and address.isprintable() and " " not in address and "\\" not in address and f"{parts.scheme}://{parts.netloc}" in known
