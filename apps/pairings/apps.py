from django.apps import AppConfig


class PairingsConfig(AppConfig):
    """Schools paired across town and country (circular §4.1)."""

    name = "apps.pairings"
    verbose_name = "结对共建"
