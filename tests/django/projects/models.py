"""Projects, their files and their checks."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Project(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="projects"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "status", "-id"], name="projects_owner_status_idx"),
            models.Index(
                fields=["-id"], condition=Q(status="active"), name="projects_active_newest_idx"
            ),
        ]

    def __str__(self):
        return self.name


class File(models.Model):
    class Kind(models.TextChoices):
        SOURCE = "source"
        TEST = "test"
        DOCUMENT = "document"
        DATA = "data"

    kind = models.CharField(max_length=16, choices=Kind)
    path = models.CharField(max_length=255)
    size = models.BigIntegerField()
    uploaded_at = models.DateTimeField(auto_now_add=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files")

    class Meta:
        indexes = [
            models.Index(
                fields=["project", "kind", "-uploaded_at", "-id"], name="projects_file_newest_idx"
            ),
        ]

    def __str__(self):
        return self.path


class Check(models.Model):
    class State(models.TextChoices):
        PASSED = "passed"
        FAILED = "failed"
        RUNNING = "running"

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=State)
    created_at = models.DateTimeField(auto_now_add=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="projects_check_newest_idx"),
            models.Index(
                fields=["project"], condition=Q(state="failed"), name="projects_check_failed_idx"
            ),
        ]

    def __str__(self):
        return self.name
