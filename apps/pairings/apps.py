from django.apps import AppConfig

from apps.core.navigation import Entry


class PairingsConfig(AppConfig):
    """Schools paired across town and country (circular §4.1)."""

    name = "apps.pairings"
    verbose_name = "结对共建"
    navigation = (Entry("结对共建", "pairings:list", "link", "pairings.view", "重点任务"),)
