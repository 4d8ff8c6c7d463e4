"""Projects, as first written: owners, files and authors one by one, and an INSERT for each row."""

from rest_framework import generics

from config.pagination import PageNumberPagination
from projects.batch import OneOrManyMixin
from projects.filters import FilteredMixin
from projects.models import Project
from projects.serializers import (
    NaiveProjectDetailSerializer,
    NaiveProjectRowSerializer,
    NewProjectSerializer,
)


class ProjectList(FilteredMixin, OneOrManyMixin, generics.ListCreateAPIView):
    pagination_class = PageNumberPagination

    def get_serializer_class(self):
        return NewProjectSerializer if self.request.method == "POST" else NaiveProjectRowSerializer

    def get_serializer_context(self):
        context = super().get_serializer_context()
        if self.request.method != "POST":
            context["file_kind"] = self.filters["file_kind"]
        return context

    def get_queryset(self):
        projects = Project.objects.all()
        if "owner" in self.filters:
            projects = projects.filter(owner=self.filters["owner"])
        if "status" in self.filters:
            projects = projects.filter(status=self.filters["status"])
        if "checks" in self.filters:
            projects = projects.filter(checks__state=self.filters["checks"]).distinct()
        return projects


class ProjectDetail(generics.RetrieveAPIView):
    queryset = Project.objects.all()
    serializer_class = NaiveProjectDetailSerializer
