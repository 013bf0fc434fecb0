"""The app of people: users, roles and sign-in."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = "Organization & Access"
