"""Whose items: only the signed-in user's."""

from rest_framework.permissions import IsAuthenticated

from dashboard.models import Item
from dashboard.serializers import ItemSerializer


class MyItems:
    serializer_class = ItemSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        return Item.objects.filter(owner=self.request.user)

    def perform_create(self, serializer):
        serializer.save(owner=self.request.user)
