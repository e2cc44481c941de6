from django.urls import path

from apps.people import views

app_name = "people"

urlpatterns = [
    path("hats/", views.Hats.as_view(), name="hats"),
]
