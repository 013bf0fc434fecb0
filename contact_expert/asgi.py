"""The same for servers that speak ASGI."""

import os

from django.core.asgi import get_asgi_application

from contact_expert.startup import told_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_expert.settings")
with told_in_a_sentence():
    application = get_asgi_application()
