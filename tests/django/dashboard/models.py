"""The things a user has to do."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Item(models.Model):
    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        ARCHIVED = "archived"

    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True, default="")
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    due_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="items"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "-id"], name="dashboard_item_newest_idx"),
            models.Index(fields=["owner", "status"], name="dashboard_item_status_idx"),
        ]

    def __str__(self):
        return self.title
