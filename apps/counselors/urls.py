from django.urls import path

from apps.counselors import views

app_name = "counselors"

urlpatterns = [
    path("", views.ExchangeList.as_view(), name="list"),
    path("new/", views.ExchangeBegin.as_view(), name="create"),
    path("<int:pk>/", views.ExchangeDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.ExchangeEdit.as_view(), name="edit"),
    path("<int:pk>/partner/", views.ExchangePartner.as_view(), name="partner"),
    path("<int:pk>/submit/", views.ExchangeSubmit.as_view(), name="submit"),
    path("<int:pk>/approve/", views.ExchangeApprove.as_view(), name="approve"),
    path("<int:pk>/return/", views.ExchangeReturn.as_view(), name="return"),
]
