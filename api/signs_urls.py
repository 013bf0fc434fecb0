"""Addresses for load balancers and Prometheus."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from api.signs import healthz, metrics

app_name = "signs"

urlpatterns = [
    path("healthz", login_not_required(healthz), name="healthz"),
    path("metrics", login_not_required(metrics), name="metrics"),
]
