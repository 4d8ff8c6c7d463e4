"""Articles, as first written: LIKE over every text, pages by number, authors one by one."""

from django.db.models import Q
from rest_framework import generics

from articles.models import Article
from articles.search import text_of
from articles.serializers import ArticleSerializer
from config.pagination import PageNumberPagination


class ArticleList(generics.ListAPIView):
    serializer_class = ArticleSerializer
    pagination_class = PageNumberPagination

    def get_queryset(self):
        articles = Article.objects.filter(status=Article.Status.PUBLISHED)
        text = text_of(self.request)
        if text:
            articles = articles.filter(Q(title__icontains=text) | Q(content__icontains=text))
        return articles
