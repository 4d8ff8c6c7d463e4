"""A user as the API tells them, or only the fields that the client asked for."""

from django.contrib.auth.models import User
from rest_framework import serializers

from users.models import Profile


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = Profile
        fields = ["bio", "location", "website", "birth_date"]


class UserSummarySerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "username"]


class UserSerializer(serializers.ModelSerializer):
    profile = ProfileSerializer(read_only=True)
    groups = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "first_name",
            "last_name",
            "email",
            "is_active",
            "date_joined",
            "profile",
            "groups",
            "permissions",
        ]

    def __init__(self, *args, wanted=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(wanted or self.fields):
            self.fields.pop(name)

    def get_groups(self, user):
        return sorted(group.name for group in user.groups.all())

    def get_permissions(self, user):
        return sorted(user.get_all_permissions())


class PrefetchedUserSerializer(UserSerializer):
    """Reads what the view has prefetched; `get_all_permissions()` would ask twice for each user."""

    def get_permissions(self, user):
        if not user.is_active:
            return []
        if user.is_superuser:
            return self.context["all_permissions"]
        granted = set(user.user_permissions.all())
        for group in user.groups.all():
            granted.update(group.permissions.all())
        return sorted({label(permission) for permission in granted})


def label(permission):
    return f"{permission.content_type.app_label}.{permission.codename}"
