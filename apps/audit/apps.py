from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What was done, by whom and from where: the log, its seals, and the auditor's pages."""

    name = "apps.audit"
    verbose_name = "操作日志"
