"""Settings to try this example on one machine. Your own site needs those that begin with ZENODO_."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data"))
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# The URL of the service, and the API key of this site. Empty if the service needs none.
ZENODO_SERVICE_URL = os.environ.get("ZENODO_SERVICE_URL", "http://127.0.0.1:3000")
ZENODO_SERVICE_KEY = os.environ.get("ZENODO_SERVICE_KEY", "")
# The WEBHOOK_SECRET of the service. Without it, all events are refused.
ZENODO_WEBHOOK_SECRET = os.environ.get("ZENODO_WEBHOOK_SECRET", "")
# The name of this site on the upload page.
SITE_NAME = os.environ.get("SITE_NAME", "Containers")
# How long a reload of the callback waits for the first request, in seconds.
CALLBACK_WAIT = 130


def secret_key():
    """A key that is stored, because a new key would log all users out."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key()
DEBUG = os.environ.get("DEBUG", "") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "site_config.urls"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "deposits",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        # Several requests write to it at the same time.
        "OPTIONS": {"timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "containers"
LOGOUT_REDIRECT_URL = "login"

# The browser comes back from Zenodo by a link. With "Strict", it would not send the session cookie.
SESSION_COOKIE_SAMESITE = "Lax"
