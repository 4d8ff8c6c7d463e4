"""Users, tuned: one query for each table that the wanted fields need, whatever the page holds."""

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Prefetch
from django.utils.functional import SimpleLazyObject
from rest_framework import generics

from config.pagination import OldestFirst
from users.serializers import PrefetchedUserSerializer, ProfileSerializer, label
from users.sparse import SparseFieldsMixin


class TunedUsers(SparseFieldsMixin):
    serializer_class = PrefetchedUserSerializer

    def get_queryset(self):
        return users_with(self.wanted())

    def get_serializer_context(self):
        every = SimpleLazyObject(lambda: sorted({label(each) for each in permissions()}))
        return {**super().get_serializer_context(), "all_permissions": every}


class UserList(TunedUsers, generics.ListAPIView):
    pagination_class = OldestFirst


class UserDetail(TunedUsers, generics.RetrieveAPIView):
    pass


def users_with(wanted):
    """Users with what `wanted` needs, and no column or table more."""
    columns = set(wanted) - {"profile", "groups", "permissions"}
    users = User.objects.all()
    if "profile" in wanted:
        users = users.select_related("profile")
        columns.update(f"profile__{name}" for name in ProfileSerializer.Meta.fields)
    if "permissions" in wanted:
        users = users.prefetch_related(Prefetch("user_permissions", permissions()))
        columns.update(["is_active", "is_superuser"])
    if "groups" in wanted or "permissions" in wanted:
        users = users.prefetch_related(Prefetch("groups", groups_with(wanted)))
    return users.only("id", *columns)


def groups_with(wanted):
    groups = Group.objects.only("name")
    if "permissions" in wanted:
        groups = groups.prefetch_related(Prefetch("permissions", permissions()))
    return groups


def permissions():
    # Sorted by the serializer: the model's own order would join and sort for nothing.
    return (
        Permission.objects.select_related("content_type")
        .only("codename", "content_type__app_label")
        .order_by()
    )
