from rest_framework import serializers

from dashboard.models import Item


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = [
            "id",
            "title",
            "notes",
            "status",
            "priority",
            "due_on",
            "created_at",
            "updated_at",
        ]
