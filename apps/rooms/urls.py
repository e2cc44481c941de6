from django.urls import path

from apps.rooms import views

app_name = "rooms"

urlpatterns = [
    path("", views.RoomList.as_view(), name="list"),
    path("begin/<int:school>/", views.RoomCreate.as_view(), name="create"),
    path("<int:pk>/", views.RoomDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.RoomEdit.as_view(), name="edit"),
    path("<int:pk>/missing/", views.RoomMissing.as_view(), name="missing"),
    path("<int:pk>/submit/", views.RoomSubmit.as_view(), name="submit"),
    path("<int:pk>/approve/", views.RoomApprove.as_view(), name="approve"),
    path("<int:pk>/return/", views.RoomReturn.as_view(), name="return"),
]
