"""Projects, tuned: one query for each table, the newest files and checks cut in the database."""

from django.db.models import Exists, OuterRef, Prefetch, Window
from django.db.models.functions import RowNumber
from rest_framework import generics

from config.pagination import NewestFirst
from projects.batch import OneOrManyMixin
from projects.filters import FilteredMixin
from projects.models import Check, File, Project
from projects.serializers import (
    BulkNewProjectSerializer,
    ProjectDetailSerializer,
    ProjectRowSerializer,
)

NEWEST = ("-uploaded_at", "-id")


class ProjectList(FilteredMixin, OneOrManyMixin, generics.ListCreateAPIView):
    pagination_class = NewestFirst

    def get_serializer_class(self):
        return BulkNewProjectSerializer if self.request.method == "POST" else ProjectRowSerializer

    def get_queryset(self):
        return rows(**self.filters)


class ProjectDetail(generics.RetrieveAPIView):
    serializer_class = ProjectDetailSerializer

    def get_queryset(self):
        return (
            Project.objects.select_related("owner")
            .only("name", "description", "status", "created_at", "updated_at", "owner__username")
            .prefetch_related(
                Prefetch("files", newest_of_each_kind(), to_attr="newest_files"),
                Prefetch("checks", newest_checks(), to_attr="newest_checks"),
            )
        )


def rows(file_kind, checks=None, **columns):
    """Projects whose columns are as given, with a check in that state, and their newest files."""
    projects = Project.objects.filter(**columns)
    if checks:
        in_state = Check.objects.filter(project=OuterRef("pk"), state=checks)
        projects = projects.filter(Exists(in_state))
    return (
        projects.select_related("owner")
        .only("name", "status", "created_at", "owner__username")
        .prefetch_related(Prefetch("files", newest_files(file_kind), to_attr="newest_files"))
    )


def newest_files(kind):
    """Ten of each project: a slice in a Prefetch counts for each parent."""
    files = File.objects.filter(kind=kind).only("path", "size", "uploaded_at", "project")
    return files.order_by(*NEWEST)[:10]


def newest_of_each_kind():
    place = Window(RowNumber(), partition_by=["project", "kind"], order_by=NEWEST)
    return File.objects.annotate(place=place).filter(place__lte=10).order_by("kind", *NEWEST)


def newest_checks():
    return (
        Check.objects.select_related("author")
        .only("name", "state", "created_at", "project", "author__username")
        .order_by("-id")[:50]
    )
