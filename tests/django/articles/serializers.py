from rest_framework import serializers

from articles.models import Article
from users.serializers import UserSummarySerializer


class ArticleSerializer(serializers.ModelSerializer):
    author = UserSummarySerializer(read_only=True)

    class Meta:
        model = Article
        fields = ["id", "title", "slug", "content", "created_at", "view_count", "author"]
