"""The baseline of the component endpoints: a Django view that returns JSON, without middleware; a WSGI application."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

from bench.webs import ANSWER


def view(request: HttpRequest) -> JsonResponse:
    return JsonResponse(ANSWER)


urlpatterns = [path("<path:rest>", lambda request, rest: view(request))]

KEY = "only-for-this-benchmark"
settings.configure(SECRET_KEY=KEY, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
application = get_wsgi_application()
