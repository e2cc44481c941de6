from django.urls import path

from apps.desk import views

app_name = "desk"

urlpatterns = [
    path("", views.Desk.as_view(), name="desk"),
]
