"""The project's settings, with the few values that tests need and no installation may have."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "x" * 50)
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
os.environ.setdefault("HTTPS", "false")
os.environ.setdefault("VAR_DIR", os.path.join(tempfile.gettempdir(), f"contact-expert-tests-{os.getuid()}"))

from contact_expert.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# No thread writes in the background; tests write down who asked when they want it.
API_SIGHTINGS_EVERY = 0
# Static files are served from where they lie; nobody has collected them.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Nothing that one test has counted is told to another.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
