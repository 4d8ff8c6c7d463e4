"""What a user tells about themselves."""

from django.conf import settings
from django.db import models


class Profile(models.Model):
    bio = models.TextField(blank=True)
    location = models.CharField(max_length=120, blank=True)
    website = models.URLField(blank=True)
    birth_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )

    class Meta:
        db_table = "profiles"

    def __str__(self):
        return f"profile of user {self.user_id}"
