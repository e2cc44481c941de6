from django.apps import AppConfig
from django.urls import register_converter


class YearConverter:
    """A year the circular can be about."""

    regex = "20(?:1[2-9]|[2-9][0-9])"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class YearsConfig(AppConfig):
    """The reporting year as the city sets it: what is reported when and by whom; extensions, corrections (circular §3, §5.2)."""

    name = "apps.years"
    verbose_name = "年度"

    def ready(self) -> None:
        register_converter(YearConverter, "year")
