from django.urls import path

from apps.pairings import views

app_name = "pairings"

urlpatterns = [
    path("", views.PairingList.as_view(), name="list"),
    path("new/", views.PairingBegin.as_view(), name="create"),
    path("<int:pk>/", views.PairingDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.PairingEdit.as_view(), name="edit"),
    path("<int:pk>/partner/", views.PairingPartner.as_view(), name="partner"),
    path("<int:pk>/submit/", views.PairingSubmit.as_view(), name="submit"),
    path("<int:pk>/approve/", views.PairingApprove.as_view(), name="approve"),
    path("<int:pk>/return/", views.PairingReturn.as_view(), name="return"),
]
