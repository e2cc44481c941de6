"""All settings, driven by the environment.

`make run` writes the environment of the embedded servers to `var/env`; a variable that is already set wins over that file. Nothing
here has a secret default: without SECRET_KEY and AUDIT_KEY the portal does not start.
"""

import os
from datetime import time
from pathlib import Path

import environ
import pghistory
from csp.constants import NONE, SELF
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

env = environ.Env()
env.read_env(os.environ.get("ENV_FILE", VAR_DIR / "env"))

SECRET_KEY = env.str("SECRET_KEY")
AUDIT_KEY = env.str("AUDIT_KEY")  # signs the seals of the log; kept apart from the database and its backups
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
PROXIES = env.int("PROXIES", default=int(HTTPS))  # how many of ours stand in front and add whom they saw to X-Forwarded-For
DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD") if DEMO else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",  # the forms are rendered with our templates where we have one, else with Django's
    "guardian",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "django_cotton",
    "django_tables2",
    "django_filters",
    "pgtrigger",
    "pghistory",
    # Ours, lowest floor first.
    "apps.core",
    "apps.audit",
    "apps.accounts",
    "apps.organizations",
    "apps.people",
    "apps.notices",
    "apps.jobs",
    "apps.coverage",
    "apps.years",
    "apps.exchange",
    "apps.plans",
    "apps.rooms",
    "apps.pairings",
    "apps.counselors",
    "apps.supervision",
    "apps.conferences",
    "apps.desk",
]

MIDDLEWARE = [
    "apps.core.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.middleware.CompressMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.accounts.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.core.middleware.RequestSizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.core.middleware.HouseHeadersMiddleware",
    "apps.organizations.middleware.ScopeMiddleware",
    "apps.people.middleware.AdmissionMiddleware",
    "apps.audit.middleware.HistoryMiddleware",
    "apps.core.once.OnceMiddleware",
    "apps.core.throttle.ThrottleMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jiaxing_pioneers.urls"
WSGI_APPLICATION = "jiaxing_pioneers.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.desk.context_processors.shell",
                "apps.notices.context_processors.bell",
            ],
            "builtins": ["apps.core.templatetags.core"],
        },
    }
]
FORM_RENDERER = "apps.core.forms.Renderer"
COTTON_DIR = "components"
DJANGO_TABLES2_TEMPLATE = "core/table.html"

# Two database roles: `default` is the application's role, which owns nothing and bypasses nothing; `owner` migrates and is only there
# where a migration runs.
DATABASES = {"default": {**env.db("DATABASE_URL"), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
if env.str("DATABASE_OWNER_URL", default=""):
    DATABASES["owner"] = env.db("DATABASE_OWNER_URL")
    DATABASES["default"]["TEST"] = {"MIRROR": "owner"}  # the owner makes the test database too
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", default=REDIS_URL),
        "KEY_PREFIX": "jx",
    }
}
SESSION_ENGINE = "apps.accounts.sessions"
SESSION_COOKIE_AGE = 30 * 60

RATE_LIMITS = {
    "sign_in": env.str("RATE_SIGN_IN", default="30/minute"),  # an address may be a whole school's
    "upload": env.str("RATE_UPLOAD", default="60/minute"),
    "export": env.str("RATE_EXPORT", default="20/minute"),
    "verify": env.str("RATE_VERIFY", default="30/minute"),
    "message": env.str("RATE_MESSAGE", default="6/minute"),
}

# Celery: a task is acknowledged after it ran, one is fetched at a time, and what a killed worker held comes back after
# VISIBILITY_TIMEOUT, which is longer than the longest task. So every task can run twice without harm. A task that kills its own process
# is tried three times more, then given up.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT", default=600)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("VISIBILITY_TIMEOUT", default=900),
    "unacked_restore_interval": 2,  # the sweep for what was lost runs every interval × throttle seconds
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
# A task goes where its app's line says; a queue that no worker serves is an error, not a place to wait for ever.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = [Queue("default")]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {f"{app}.*": {"queue": "default"} for app in ("accounts", "audit", "core", "coverage", "jobs", "notices")}

# What people are told besides their inbox. Without EMAIL_URL (smtp+tls://user:password@host:587) no mail is sent, and the pages say so.
MAIL_ON = bool(env.str("EMAIL_URL", default=""))
vars().update(env.email("EMAIL_URL") if MAIL_ON else {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"})
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="嘉兴少先队工作平台 <noreply@localhost>")
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http{'s' if HTTPS else ''}://{ALLOWED_HOSTS[0]}")  # what a mail's links begin with
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", default=["oapi.dingtalk.com"])  # group robots are asked by https, unless it says http://host:port
NOTICES_QUIET = (time(21), time(7))  # groups are not told anything between these; a person chooses hours of their own
NOTICES_DUE_DAYS = [14, 7, 3, 1, 0]  # days before something is due on which whoever owes it is reminded
NOTICES_OVERDUE_DAYS = 7  # the day after, and then every so many days
NOTICES_REMIND_HOUR = 7  # not earlier in the day, so that what is done in the night is done
NOTICES_POST_MINUTES = env.int("NOTICES_POST_MINUTES", default=10)  # what a group is told within so many is one message
NOTICES_CLAIM_MINUTES = env.float("NOTICES_CLAIM_MINUTES", default=15)  # a sending under way for longer was cut off: its task has a limit

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.organizations.rules.OrganizationBackend",
    "apps.accounts.backends.ActivationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "apps.accounts.validators.Length", "OPTIONS": {"min_length": 10}},
    {"NAME": "apps.accounts.validators.Classes"},
    {"NAME": "apps.accounts.validators.WithoutName"},
    {"NAME": "apps.accounts.validators.Uncommon"},
    {"NAME": "apps.accounts.validators.NotUsedBefore"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "desk:desk"
LOGOUT_REDIRECT_URL = "accounts:login"
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # our own backend reads guardian's grants: apps/organizations/rules.py
    "security.W005",  # the domain's other hosts are not ours: we promise HTTPS for this one alone,
    "security.W021",  # and put nobody's domain on the browsers' lists
]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
MINIMUM_NOTICE_DAYS = env.int("MINIMUM_NOTICE_DAYS", default=14)  # a due day sooner than that is set only knowingly
STALE_ACCOUNT_DAYS = env.int("STALE_ACCOUNT_DAYS", default=180)  # without a sign-in for so long, an account is flagged
CONFERENCES_A_YEAR = env.int("CONFERENCES_A_YEAR", default=2)  # joint conferences, where a reporting unit agreed on no other rhythm
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.sign_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # sign-ins are acts (apps/accounts/signals.py)
AXES_SENSITIVE_PARAMETERS = ["code", "old_password", "new_password", "new_password_again"]

# The second factor. Whoever holds one of these roles sets it up before anything else; a demo asks nobody.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=[] if DEMO else ["city_officer", "sysadmin", "auditor"])
OTP_TOTP_ISSUER = "嘉兴少先队工作平台"
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0  # five wrong codes lock for 30 minutes: apps/accounts/services/second_factor.py

# Sign-in through a unified identity (OpenID Connect), off until both are set. An account is found by a claim the first time, then by its
# subject. The second factor of ours is asked for all the same, unless the provider is trusted to have asked for one.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_RP_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_RP_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_ENABLED = bool(OIDC_ISSUER and OIDC_RP_CLIENT_ID)
OIDC_USERNAME_CLAIM = env.str("OIDC_USERNAME_CLAIM", default="preferred_username")
OIDC_IS_SECOND_FACTOR = env.bool("OIDC_IS_SECOND_FACTOR", default=False)
OIDC_RP_SCOPES = "openid profile"
OIDC_RP_SIGN_ALGO = env.str("OIDC_SIGN_ALGO", default="RS256")
OIDC_VERIFY_KID = env.bool("OIDC_VERIFY_KID", default=True)  # off for a provider with one key that it does not name
OIDC_USE_PKCE = True
OIDC_TIMEOUT = 5  # seconds
OIDC_AUTHENTICATION_CALLBACK_URL = "accounts:oidc_callback"
if OIDC_ENABLED:
    AUTHENTICATION_BACKENDS.append("apps.accounts.backends.OidcBackend")

# History is written by statement-level triggers (half the price of row level), with its context in the same row.
PGHISTORY_LEVEL = pghistory.Statement  # type: ignore[has-type]
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_MIDDLEWARE_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["jiaxing_pioneers.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist"), ("img", BASE_DIR / "static" / "img")]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # form fields; files stream to disk and are checked by the form
FILE_UPLOAD_PERMISSIONS = 0o600

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "apps.core.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
