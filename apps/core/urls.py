from django.urls import path

from apps.core import views
from apps.core.lifecycle import receipt_pages

app_name = "core"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("verify/", receipt_pages.Verify.as_view(), name="verify"),
    path("verify/<str:typed>/", receipt_pages.Verification.as_view(), name="verification"),
    path("receipts/<str:code>/", receipt_pages.Receipt.as_view(), name="receipt"),
    path("help/components/", views.components, name="components"),
]
