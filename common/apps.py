"""Helpers without models that every app may use."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"
