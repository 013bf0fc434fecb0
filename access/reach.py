"""How far a person's hand reaches over others: nobody gives what they do not hold, nor touches who holds more."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from access.models import User


def held_by(person: User) -> QuerySet[Permission]:
    """The permissions that the person holds; of a superuser all, of one who is switched off what they would hold."""
    if person.is_superuser:
        return Permission.objects.all()
    by_role = Group.permissions.through.objects.filter(group__user=person).order_by().values("permission")
    own = User.user_permissions.through.objects.filter(user=person).order_by().values("permission")
    return Permission.objects.filter(Q(pk__in=by_role) | Q(pk__in=own))


def grantable_roles(giver: User) -> QuerySet[Group]:
    """The roles that give nothing but what the giver holds."""
    beyond = Permission.objects.exclude(pk__in=held_by(giver).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


def reaches(giver: User, person: User) -> bool:
    """Whether the person holds nothing beyond what the giver holds; whoever sets a password can sign in with it."""
    if giver.is_superuser or person.is_superuser:
        return giver.is_superuser
    return not held_by(person).exclude(pk__in=held_by(giver).values("pk")).exists()
