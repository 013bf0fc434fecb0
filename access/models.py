"""Users of the console."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person; what they may do follows from their roles, which are Django's groups."""

    class Meta(AbstractUser.Meta):
        permissions = [("use_admin", "Can enter the Django admin")]
