"""Articles, tuned: full-text search on an index, and titles that look alike where it finds none."""

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, IntegerField
from django.db.models.functions import Cast
from rest_framework import generics

from articles.models import Article
from articles.search import text_of
from articles.serializers import ArticleSerializer
from config.pagination import CursorPagination


class Newest(CursorPagination):
    ordering = ("-created_at", "-id")


class BestMatch(CursorPagination):
    ordering = ("-rank", "-created_at", "-id")
    # Ranks are often equal, and the cursor tells equal ones apart by an offset.
    offset_cutoff = 100_000


class ArticleList(generics.ListAPIView):
    serializer_class = ArticleSerializer

    @property
    def pagination_class(self):
        return BestMatch if text_of(self.request) else Newest

    def get_queryset(self):
        text = text_of(self.request)
        return matching(text) if text else published()

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        if not page and self.finds_nothing(queryset):
            page = super().paginate_queryset(looking_like(text_of(self.request)))
        return page

    def finds_nothing(self, queryset):
        text = text_of(self.request)
        if not any(character.isalnum() for character in text):
            return False
        # An empty first page says so already; one further on may just be the end.
        is_first = self.paginator.cursor is None
        return is_first or not queryset.exists()


def published():
    return (
        Article.objects.filter(status=Article.Status.PUBLISHED)
        .select_related("author")
        .only("title", "slug", "content", "created_at", "view_count", "author__username")
    )


def matching(text):
    query = SearchQuery(text, config="english", search_type="websearch")
    return published().filter(search=query).annotate(rank=ranked(SearchRank(F("search"), query)))


def looking_like(text):
    return (
        published()
        .filter(title__trigram_word_similar=text)
        .annotate(rank=ranked(TrigramWordSimilarity(text, "title")))
    )


def ranked(similarity):
    """As an integer, for a cursor has to hold it exactly."""
    return Cast(similarity * 1_000_000, IntegerField())
