from django.apps import AppConfig


class YearsConfig(AppConfig):
    """The reporting year as the city sets it: what is reported when and by whom; extensions, corrections (circular §3, §5.2)."""

    name = "apps.years"
    verbose_name = "年度"
