"""Mail by Django's own backend, as EMAIL_URL says."""

from django.conf import settings


def is_on() -> bool:
    """Is there a server to hand mail to?"""
    return settings.MAIL_ON
