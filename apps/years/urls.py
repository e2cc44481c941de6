from django.urls import path, register_converter

from apps.years import views


class YearConverter:
    """A year the circular can be about."""

    regex = "20(?:1[2-9]|[2-9][0-9])"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(YearConverter, "year")

app_name = "years"

urlpatterns = [
    path("", views.YearList.as_view(), name="list"),
    path("<year:year>/<slug:kind>/", views.WindowEdit.as_view(), name="window"),
]
