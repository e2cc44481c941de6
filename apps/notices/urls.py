from django.urls import path

from apps.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.Inbox.as_view(), name="inbox"),
    path("read/", views.ReadAll.as_view(), name="read_all"),
    path("<int:pk>/", views.NoticeOpen.as_view(), name="open"),
    path("<int:pk>/read/", views.NoticeRead.as_view(), name="read"),
    path("settings/", views.Settings.as_view(), name="settings"),
    path("settings/mail/", views.MailTrial.as_view(), name="try_mail"),
    path("robots/", views.RobotList.as_view(), name="robots"),
    path("robots/new/", views.RobotCreate.as_view(), name="connect"),
    path("robots/<int:pk>/", views.RobotEdit.as_view(), name="robot"),
    path("robots/<int:pk>/try/", views.RobotTrial.as_view(), name="try_robot"),
    path("deliveries/", views.DeliveryList.as_view(), name="deliveries"),
    path("deliveries/<int:pk>/", views.DeliveryDetail.as_view(), name="delivery"),
    path("deliveries/<int:pk>/resend/", views.Resend.as_view(), name="resend"),
]
