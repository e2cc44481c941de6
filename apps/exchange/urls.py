from django.urls import path

from apps.exchange import views

app_name = "exchange"

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("uploads/<int:pk>/", views.UploadDetail.as_view(), name="upload"),
]
