from django.apps import AppConfig


class CounselorsConfig(AppConfig):
    """Counselors exchanged between schools (circular §3.2.2, §4.3)."""

    name = "apps.counselors"
    verbose_name = "辅导员交流"
