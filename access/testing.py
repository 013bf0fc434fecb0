"""Factories for people."""

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from access.models import User


class UserFactory(DjangoModelFactory[User]):
    """A user without a role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    password = factory.django.Password("correct horse battery")


def user_with_role(role: str, username: str = "") -> User:
    """A user who holds one of access.roles.ROLES."""
    user = UserFactory(username=username or role.lower())
    user.groups.add(Group.objects.get(name=role))
    return user
