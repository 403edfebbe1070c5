"""What the project is made of: apps per kind of tenant, middleware, templates, languages."""

from config.settings.environment import DATA, ROOT, env

BASE_DIR = ROOT
PORTAL_DATA = DATA
PORT: int = env.int("PORT", default=8110)
PORTAL_DOMAIN: str = env.str("PORTAL_DOMAIN", default="localhost")
PORTAL_DEMO: bool = env.bool("PORTAL_DEMO", default=False)
PORTAL_DEMO_PASSWORD: str = env.str("PORTAL_DEMO_PASSWORD", default="")
REFERENCE_DATA = ROOT / "data"

ROOT_URLCONF = "config.urls.region"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False  # a redirected POST loses its body

# Accounts, sessions and content types are in every tenant's schema and never in the public one:
# `search_path` falls through to public silently, so there must be nothing to fall onto.
PEOPLE_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "regions.people",
]
PUBLIC_APPS = ["django_tenants", "regions"]
HAS_MULTI_TYPE_TENANTS = True
MULTI_TYPE_DATABASE_FIELD = "kind"
TENANT_TYPES = {
    "public": {"APPS": PUBLIC_APPS, "URLCONF": "config.urls.public"},
    "region": {
        "APPS": [*PEOPLE_APPS, "interactions", "complaints"],
        "URLCONF": "config.urls.region",
    },
    "national": {"APPS": PEOPLE_APPS, "URLCONF": "config.urls.national"},
}
TENANT_MODEL = "regions.Region"
TENANT_DOMAIN_MODEL = "regions.Domain"
PUBLIC_SCHEMA_NAME = "public"
INSTALLED_APPS = [
    *PUBLIC_APPS,
    *PEOPLE_APPS,
    "interactions",
    "complaints",
    "portal",
    # Without tables of their own:
    "allauth",
    "channels",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "portal.middleware.probes",
    "portal.middleware.timed",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "regions.middleware.RegionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "regions.people.middleware.session_of_this_region",
    "portal.middleware.language",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.Refusals",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "portal.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = env.path("PORTAL_STATIC", default=str(DATA / "static"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.static_storage.ModuleManifestStorage"},
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "jpg", "woff2", "gz", "ico")
MEDIA_ROOT = DATA / "uploads"

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024 + 1  # config.asgi refuses larger bodies before

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "regions.people.authentication.BearerAuthentication",
        "regions.people.authentication.PageSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["regions.people.access.NobodyByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["regions.people.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "regions.people.parsers.AlwaysJSON",
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.errors.problem_response",
    "UNAUTHENTICATED_USER": "regions.people.authentication.Nobody",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portal 110",
    "DESCRIPTION": "Calls, interactions, complaints and national figures of Indonesia's police "
    "hotline 110. Each Polda answers at its own host; headquarters at the national one.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
