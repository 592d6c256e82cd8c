"""Django's settings. Whatever differs from one place to another comes from the environment (docs/guides/serving.md)."""

from __future__ import annotations

from pathlib import Path

from shuke.kit.dates import require_timezone
from shuke.kit.money import require_currency
from shuke.web import environment as env

# --- where and how it runs ---------------------------------------------------------------------------------------
SHUKE_DATA: Path = env.data_folder()
SHUKE_PRODUCTION: bool = env.yes_no("SHUKE_PRODUCTION", default=False)
SHUKE_DEMO: bool = env.yes_no("SHUKE_DEMO", default=False)
SHUKE_DEMO_SHOP: bool = env.yes_no("SHUKE_DEMO_SHOP", default=False)
SHUKE_DEMO_LOGIN: tuple[str, str] = ("demo", "shuke-demo")
SHUKE_CURRENCY: str = require_currency(env.text("SHUKE_CURRENCY", "CNY"))
SHUKE_LEDGER: Path = Path(env.text("SHUKE_LEDGER", str(SHUKE_DATA / "ledger"))).expanduser().resolve()
SHUKE_UPLOADS: Path = SHUKE_DATA / "uploads"
SHUKE_UPLOAD_BYTES: int = env.whole("SHUKE_UPLOAD_MB", 200) * 1024 * 1024
SHUKE_ATTACHMENTS: Path = SHUKE_DATA / "attachments"
SHUKE_ATTACHMENT_BYTES: int = env.whole("SHUKE_ATTACHMENT_MB", 20) * 1024 * 1024
SHUKE_API_BYTES: int = env.whole("SHUKE_API_MB", 2) * 1024 * 1024
SHUKE_API_CALLS_A_MINUTE: int = env.whole("SHUKE_API_CALLS_A_MINUTE", 300)
SHUKE_API_STRANGERS_A_MINUTE: int = 30
"""How many calls without a good token an address may make."""
SHUKE_API_OPEN_SCHEMA: bool = env.yes_no("SHUKE_API_OPEN_SCHEMA", default=False)
SHUKE_JOB_LOST_SECONDS: int = env.whole("SHUKE_JOB_LOST_SECONDS", 60, least=10)

DEBUG: bool = env.yes_no("SHUKE_DEBUG", default=False)
SECRET_KEY: str = env.secret_key(SHUKE_DATA, production=SHUKE_PRODUCTION)
ALLOWED_HOSTS: list[str] = env.listed("SHUKE_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS: list[str] = [
    f"https://{host}" if not host.startswith(".") else f"https://*{host}"
    for host in ALLOWED_HOSTS
    if SHUKE_PRODUCTION and host != "*"
]

# --- apps --------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "shuke.ui",
    "shuke.crm.api",
    "shuke.crm.jobs",
    "shuke.crm.people",
    "shuke.crm.customers",
    "shuke.crm.privacy",
    "shuke.crm.scores",
    "shuke.crm.timeline",
    "shuke.crm.merging",
    "shuke.crm.lists",
    "shuke.insight",
]
MIDDLEWARE = [
    "shuke.web.middleware.server_timing",
    "django.middleware.security.SecurityMiddleware",
    "shuke.web.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "shuke.web.middleware_of_api.api_door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "shuke.web.middleware.upload_limit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shuke.crm.people.middleware.door",
    "shuke.crm.people.middleware.preferences",
    "shuke.crm.people.log_in_required.LogInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shuke.crm.people.middleware.hall",
]
ROOT_URLCONF = "shuke.web.urls"
WSGI_APPLICATION = "shuke.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shuke.ui.context.shell",
            ]
        },
    }
]

# --- records -----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database(env.text("DATABASE_URL", ""), SHUKE_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "people:log_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "people:log_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- languages and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE: str = require_timezone(env.text("SHUKE_TIMEZONE", "Asia/Shanghai")).key

# --- static files: hashed and compressed once `shuke serve` has gathered them, straight from the apps before ------
STATIC_URL = "/static/"
STATIC_ROOT = SHUKE_DATA / "static"
_GATHERED = not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _GATHERED or env.yes_no("SHUKE_GATHER_STATIC", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _GATHERED
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = SHUKE_UPLOADS

# --- security ----------------------------------------------------------------------------------------------------
SHUKE_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
CSRF_FAILURE_VIEW = "shuke.web.views.stale_form"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 14 * 24 * 3600
LANGUAGE_COOKIE_NAME = "shuke_language"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT = SHUKE_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SHUKE_PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SHUKE_PRODUCTION else None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_MEMORY_SIZE = max(2_621_440, SHUKE_API_BYTES)
FILE_UPLOAD_PERMISSIONS = 0o600

# --- what the apps find here instead of importing each other ------------------------------------------------------
SHUKE_JOBS: dict[str, str] = {
    "insight.import": "shuke.insight.jobs.run_import",
    "insight.run": "shuke.insight.jobs.run_cycle",
    "timeline.export": "shuke.insight.touches.export_touches",
    "timeline.clean": "shuke.crm.timeline.jobs.clean",
    "customers.index": "shuke.crm.customers.indexes.run",
    "customers.bulk": "shuke.crm.scores.bulk.run",
    "customers.undo": "shuke.crm.scores.bulk.run_undo",
    "customers.assign": "shuke.crm.scores.bulk.run_assign",
    "customers.unassign": "shuke.crm.scores.bulk.run_unassign",
    "customers.duplicates": "shuke.insight.duplicates.search",
    "customers.consents": "shuke.crm.scores.views_of_consents.run",
    "privacy.erase": "shuke.crm.privacy.erasing.run",
}
SHUKE_PALETTE: list[str] = [
    "shuke.web.pages.find_pages",
    "shuke.crm.customers.palette.find_acts",
    "shuke.crm.merging.palette.find_acts",
    "shuke.crm.customers.palette.find_customers",
]
SHUKE_CUSTOMER_SLOTS: list[dict[str, str]] = [
    {"name": "classes", "url_name": "insight:customer_classes", "shape": "strip"},
    {"name": "forecast", "url_name": "insight:customer_forecast", "shape": "told"},
    {"name": "purchases_over_time", "url_name": "insight:customer_purchases_over_time"},
    {"name": "purchases", "url_name": "insight:customer_purchases", "shape": "table"},
    {"name": "timeline", "url_name": "timeline:show", "shape": "long", "unscored": "yes"},
    {"name": "lists", "url_name": "lists:of_customer", "shape": "line", "unscored": "yes", "beside": "yes"},
    {"name": "consents", "url_name": "privacy:consents", "shape": "form", "unscored": "yes", "beside": "yes"},
]
SHUKE_TIMELINE_SOURCES: list[str] = [
    "shuke.insight.timeline.PURCHASES",
    "shuke.crm.timeline.sources.STAGES",
    "shuke.crm.timeline.sources.TIERS",
    "shuke.crm.timeline.sources_of_cards.CARDS",
    "shuke.crm.merging.timeline.MERGES",
    "shuke.crm.lists.timeline.LISTS",
    "shuke.crm.timeline.sources_of_consents.CONSENTS",
    "shuke.crm.timeline.sources.TOUCHES",
]
SHUKE_ERASERS: list[str] = [
    "shuke.crm.timeline.writes.forget",
    "shuke.crm.privacy.forgetting.forget",
    "shuke.crm.scores.forgetting.forget",
    "shuke.crm.people.calls.forget_answers",
]
"""What else goes when a customer is erased: each is given the ids, in the transaction of the erasure."""
SHUKE_MERGERS: list[str] = [
    "shuke.crm.customers.moves.TAGS",
    "shuke.crm.customers.moves.ENTRIES",
    "shuke.crm.customers.moves.LINKS",
    "shuke.crm.customers.moves.CHANGES",
    "shuke.crm.customers.moves.ALIASES",
    "shuke.crm.privacy.moves.CONSENTS",
    "shuke.crm.lists.moves.LISTED",
    "shuke.crm.scores.moves.SCORES",
    "shuke.crm.scores.moves.TIERS",
    "shuke.crm.scores.moves.STAGES",
    "shuke.crm.timeline.moves.TOUCHES",
    "shuke.crm.merging.moves.MERGES",
    "shuke.crm.merging.moves.PAIRS",
]
"""What goes along when cards are merged (`crm/customers/movers.py`), in this order; it comes back in the other."""
SHUKE_AUDIT_VALUES: dict[str, str] = {"customer": "shuke.crm.customers.audited.shown"}
"""What of the values that the audit keeps somebody may read, by the kind of record; of others all."""
SHUKE_CARD_NOTICES: list[str] = ["shuke.crm.lists.notices.of_card", "shuke.crm.merging.notices.of_card"]
SHUKE_HOLDINGS: list[str] = [
    "shuke.crm.privacy.held.CARD",
    "shuke.crm.privacy.held.TAGS",
    "shuke.crm.privacy.held.LINKS",
    "shuke.crm.privacy.held.ALIASES",
    "shuke.crm.merging.held.MERGES",
    "shuke.crm.merging.held.PAIRS",
    "shuke.crm.privacy.held.ENTRIES",
    "shuke.crm.privacy.held.CONSENTS",
    "shuke.crm.lists.held.LISTED",
    "shuke.crm.timeline.held.TOUCHES",
    "shuke.crm.timeline.held.ATTACHMENTS",
    "shuke.crm.timeline.held.BOOKINGS",
    "shuke.insight.held.LEDGER_PURCHASES",
    "shuke.insight.held.LEDGER_TOUCHES",
    "shuke.insight.held.LEDGER_SURVEYS",
    "shuke.insight.held.LEDGER_PAYMENTS",
    "shuke.insight.held.LEDGER_REFERRALS",
    "shuke.insight.held.LEDGER_SOURCES",
    "shuke.insight.held.LEDGER_SCORES",
    "shuke.crm.scores.forgetting.SCORES",
    "shuke.crm.scores.forgetting.STANDING",
    "shuke.insight.held.UPLOADS",
    "shuke.crm.privacy.held.CHANGES",
    "shuke.crm.privacy.held.AUDIT",
    "shuke.crm.privacy.held.TRACES",
]
"""All that is held on a person: counted before an erasure, exported on request, swept after the records went."""
SHUKE_ERASURE: dict[str, str | list[str]] = {
    "alone_with": "insight.run",
    "waits_for": ["insight.import", "timeline.export", "customers.consents"],
}
"""An erasure and a run are never at work at once; what began before it and keeps what it read ends first."""
SHUKE_MAY = "shuke.crm.people.reads.may"
SHUKE_LINKS: dict[str, str] = {
    "home": "home",
    "palette": "palette",
    "language": "people:language",
    "theme": "people:theme",
    "profile": "people:profile",
    "password": "people:password",
    "admin": "admin:index",
    "log_out": "people:log_out",
}
SHUKE_NAVIGATION: list[dict[str, str]] = [
    {"url_name": "home", "icon": "layout-dashboard", "text": "web.nav.overview", "shortcut": "g o"},
    {
        "url_name": "customers:list",
        "icon": "users",
        "text": "web.nav.customers",
        "shortcut": "g c",
    },
    {
        "url_name": "timeline:mentions",
        "icon": "at-sign",
        "text": "web.nav.mentions",
        "shortcut": "g m",
        "count": "shuke.crm.timeline.reads.unseen",
    },
    {"url_name": "insight:classes", "icon": "layers", "text": "web.nav.classes", "shortcut": "g k"},
    {"url_name": "lists:show", "icon": "list-x", "text": "web.nav.lists", "shortcut": "g b"},
    {"url_name": "insight:cohorts", "icon": "sprout", "text": "web.nav.cohorts", "shortcut": "g h"},
    {"url_name": "insight:data", "icon": "database", "text": "web.nav.data", "permission": "import", "shortcut": "g d"},
    {"url_name": "insight:runs", "icon": "refresh-cw", "text": "web.nav.runs", "permission": "run", "shortcut": "g r"},
    {
        "url_name": "insight:models",
        "icon": "chart-spline",
        "text": "web.nav.models",
        "permission": "run",
        "shortcut": "g l",
    },
    {"url_name": "jobs:list", "icon": "list-checks", "text": "web.nav.jobs", "shortcut": "g j"},
    {
        "url_name": "customers:arrange",
        "icon": "layout-list",
        "text": "web.nav.card",
        "permission": "configure",
        "shortcut": "g f",
    },
    {
        "url_name": "people:list",
        "icon": "user-cog",
        "text": "web.nav.people",
        "permission": "people",
        "shortcut": "g p",
    },
    {
        "url_name": "privacy:erasures",
        "icon": "eraser",
        "text": "web.nav.erasures",
        "permission": "erase",
    },
    {
        "url_name": "people:audit",
        "icon": "scroll-text",
        "text": "web.nav.audit",
        "permission": "audit",
        "shortcut": "g a",
    },
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"shuke": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
