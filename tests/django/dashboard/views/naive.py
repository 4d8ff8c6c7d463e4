"""The dashboard, as first written: a COUNT for each number, pages by number, nothing remembered."""

from rest_framework import generics
from rest_framework.response import Response

from config.pagination import PageNumberPagination
from dashboard.items import MyItems
from dashboard.models import Item


class DashboardPages(PageNumberPagination):
    max_page_size = 1000


class Dashboard(MyItems, generics.ListCreateAPIView):
    pagination_class = DashboardPages

    def list(self, request, *args, **kwargs):
        page = super().list(request, *args, **kwargs).data
        return Response({"counts": self.counts(), **page})

    def counts(self):
        items = self.get_queryset()
        counts = {"total": items.count()}
        for status in Item.Status.values:
            counts[status] = items.filter(status=status).count()
        return counts


class DashboardItem(MyItems, generics.UpdateAPIView, generics.DestroyAPIView):
    http_method_names = ["patch", "delete", "options"]
