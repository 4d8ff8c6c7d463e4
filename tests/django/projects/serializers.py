"""Projects at two depths, their files and their checks."""

from rest_framework import serializers

from projects.models import Check, File, Project
from users.serializers import UserSummarySerializer


class NewestFileSerializer(serializers.ModelSerializer):
    class Meta:
        model = File
        fields = ["id", "path", "size", "uploaded_at"]


class FileSerializer(serializers.ModelSerializer):
    class Meta:
        model = File
        fields = ["id", "kind", "path", "size", "uploaded_at"]


class CheckSerializer(serializers.ModelSerializer):
    author = UserSummarySerializer(read_only=True)

    class Meta:
        model = Check
        fields = ["id", "name", "state", "created_at", "author"]


class ProjectRowSerializer(serializers.ModelSerializer):
    """A project in the list. The view gives it `newest_files`."""

    owner = UserSummarySerializer(read_only=True)
    files = NewestFileSerializer(source="newest_files", many=True, read_only=True)

    class Meta:
        model = Project
        fields = ["id", "name", "status", "created_at", "owner", "files"]


class ProjectDetailSerializer(serializers.ModelSerializer):
    """A project on its own. The view gives it `newest_files` and `newest_checks`."""

    owner = UserSummarySerializer(read_only=True)
    files = FileSerializer(source="newest_files", many=True, read_only=True)
    checks = CheckSerializer(source="newest_checks", many=True, read_only=True)

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "description",
            "status",
            "created_at",
            "updated_at",
            "owner",
            "files",
            "checks",
        ]


class NaiveProjectRowSerializer(ProjectRowSerializer):
    """Asks for the files of each project."""

    files = serializers.SerializerMethodField()

    def get_files(self, project):
        files = newest(project.files, self.context["file_kind"])
        return NewestFileSerializer(files, many=True).data


class NaiveProjectDetailSerializer(ProjectDetailSerializer):
    """Asks for the files of each kind, and for each check's author."""

    files = serializers.SerializerMethodField()
    checks = serializers.SerializerMethodField()

    def get_files(self, project):
        files = [file for kind in sorted(File.Kind.values) for file in newest(project.files, kind)]
        return FileSerializer(files, many=True).data

    def get_checks(self, project):
        return CheckSerializer(project.checks.order_by("-id")[:50], many=True).data


def newest(files, kind):
    return files.filter(kind=kind).order_by("-uploaded_at", "-id")[:10]


class NewProjectSerializer(serializers.ModelSerializer):
    owner = UserSummarySerializer(read_only=True)

    class Meta:
        model = Project
        fields = ["id", "name", "description", "status", "created_at", "updated_at", "owner"]


class BulkCreateSerializer(serializers.ListSerializer):
    """Many rows, one INSERT."""

    def create(self, validated_data):
        return Project.objects.bulk_create(Project(**values) for values in validated_data)


class BulkNewProjectSerializer(NewProjectSerializer):
    class Meta(NewProjectSerializer.Meta):
        list_serializer_class = BulkCreateSerializer
