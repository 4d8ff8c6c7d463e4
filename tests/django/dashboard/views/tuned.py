"""The dashboard, tuned: one aggregate, pages by cursor, remembered, and revalidated by ETag."""

from hashlib import sha256

from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework import generics
from rest_framework.renderers import JSONRenderer

from config.pagination import NewestFirst
from dashboard import cache
from dashboard.items import MyItems
from dashboard.models import Item


class DashboardCursor(NewestFirst):
    max_page_size = 1000


class InvalidatesDashboard:
    """A write answers only when no older dashboard can be read any more."""

    def perform_create(self, serializer):
        with cache.invalidated_for(self.request.user):
            super().perform_create(serializer)

    def perform_update(self, serializer):
        with cache.invalidated_for(self.request.user):
            super().perform_update(serializer)

    def perform_destroy(self, item):
        with cache.invalidated_for(self.request.user):
            super().perform_destroy(item)


class Dashboard(InvalidatesDashboard, MyItems, generics.ListCreateAPIView):
    pagination_class = DashboardCursor

    def list(self, request, *args, **kwargs):
        remembered = cache.DashboardCache(request.user, request.build_absolute_uri())
        body = remembered.get_or_render(self.render)
        return revalidated(request, body)

    def render(self):
        page = super().list(self.request).data
        return JSONRenderer().render({"counts": self.counts(), **page})

    def counts(self):
        # `status` is never null, and the index on owner and status holds all that is read.
        counts = {name: Count("status", filter=Q(status=name)) for name in Item.Status.values}
        return self.get_queryset().aggregate(total=Count("status"), **counts)


class DashboardItem(InvalidatesDashboard, MyItems, generics.UpdateAPIView, generics.DestroyAPIView):
    http_method_names = ["patch", "delete", "options"]


def revalidated(request, body):
    """The body, or 304 where the client has it."""
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Authorization"])
    return get_conditional_response(request, etag=etag, response=response)
