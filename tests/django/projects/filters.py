"""What the list can be filtered by."""

from django.utils.functional import cached_property
from rest_framework import serializers

from projects.models import Check, File, Project


class ProjectFilter(serializers.Serializer):
    owner = serializers.IntegerField(required=False)
    status = serializers.ChoiceField(choices=Project.Status.choices, required=False)
    checks = serializers.ChoiceField(choices=[Check.State.FAILED.value], required=False)
    file_kind = serializers.ChoiceField(choices=File.Kind.choices, default=File.Kind.SOURCE)


class FilteredMixin:
    @cached_property
    def filters(self):
        asked = ProjectFilter(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return asked.validated_data
