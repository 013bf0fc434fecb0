"""What gunicorn or granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from api.logs import without_tokens
from contact_expert.interpreter import let_answers_go_first
from contact_expert.startup import told_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_expert.settings")
with told_in_a_sentence():
    django_application = get_wsgi_application()
    # Its models can be loaded only now.
    application = import_string("api.fast.Fast")(django_application)
let_answers_go_first()
without_tokens()
