from django.urls import path

from apps.counselors.views import exchanges, register

app_name = "counselors"

urlpatterns = [
    path("", exchanges.ExchangeList.as_view(), name="list"),
    path("new/", exchanges.ExchangeBegin.as_view(), name="create"),
    path("register/", register.Register.as_view(), name="register"),
    path("register/new/", register.CounselorAppoint.as_view(), name="appoint"),
    path("register/<int:pk>/", register.CounselorEdit.as_view(), name="counselor"),
    path("register/<int:pk>/leave/", register.CounselorLeave.as_view(), name="leave"),
    path("<int:pk>/", exchanges.ExchangeDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", exchanges.ExchangeEdit.as_view(), name="edit"),
    path("<int:pk>/partner/", exchanges.ExchangePartner.as_view(), name="partner"),
    path("<int:pk>/submit/", exchanges.ExchangeSubmit.as_view(), name="submit"),
    path("<int:pk>/approve/", exchanges.ExchangeApprove.as_view(), name="approve"),
    path("<int:pk>/return/", exchanges.ExchangeReturn.as_view(), name="return"),
]
