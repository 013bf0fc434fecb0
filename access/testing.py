"""Factories for people."""

from django.contrib.auth.models import Group
from factory.declarations import Sequence
from factory.django import DjangoModelFactory, Password

from access.models import User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A user without a role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda number: f"user{number}")
    password = Password(PASSWORD)


def user_with_role(role: str, username: str = "") -> User:
    """A user who holds one of access.roles.ROLES."""
    user = UserFactory.create(username=username or role.lower())
    user.groups.add(Group.objects.get(name=role))
    return user
