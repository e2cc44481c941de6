from django.apps import AppConfig

from apps.core.navigation import Entry


class AuditConfig(AppConfig):
    """What was done, by whom and from where: the log, its seals, and the auditor's pages."""

    name = "apps.audit"
    verbose_name = "操作日志"
    navigation = (Entry("操作日志", "audit:acts", "clock", "audit.view", "基层组织"),)
