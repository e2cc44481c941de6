from django.contrib.auth.views import LogoutView
from django.urls import path

from apps.accounts.views import account, oidc, second_factor, sign_in

app_name = "accounts"

urlpatterns = [
    path("login/", sign_in.SignInView.as_view(), name="login"),
    path("login/code/", second_factor.Verify.as_view(), name="verify"),
    path("login/oidc/", oidc.Start.as_view(), name="oidc"),
    path("login/oidc/callback/", oidc.Callback.as_view(), name="oidc_callback"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("activate/", sign_in.Activate.as_view(), name="activate"),
    path("account/", account.Account.as_view(), name="account"),
    path("account/password/", account.Password.as_view(), name="password"),
    path("account/sessions/end/", account.EndSessions.as_view(), name="end_sessions"),
    path("account/second-factor/", second_factor.SetUp.as_view(), name="second_factor"),
    path("account/second-factor/codes/", second_factor.RecoveryCodes.as_view(), name="recovery_codes"),
    path("account/second-factor/codes/renew/", second_factor.RenewCodes.as_view(), name="renew_codes"),
    path("account/second-factor/remove/", second_factor.Remove.as_view(), name="remove_second_factor"),
]
