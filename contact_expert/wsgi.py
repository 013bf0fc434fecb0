"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from contact_expert.startup import told_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_expert.settings")
with told_in_a_sentence():
    application = get_wsgi_application()
