from django.urls import path

from apps.years import views

app_name = "years"

urlpatterns = [
    path("", views.YearList.as_view(), name="list"),
    path("<year:year>/<slug:kind>/", views.WindowEdit.as_view(), name="window"),
]
