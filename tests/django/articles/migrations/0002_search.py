from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_initial"),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddField(
            model_name="article",
            name="search",
            field=models.GeneratedField(
                db_persist=True,
                expression=(
                    SearchVector("title", weight="A", config="english")
                    + SearchVector("content", weight="B", config="english")
                ),
                output_field=SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=GinIndex(fields=["search"], name="articles_article_search_idx"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=GinIndex(
                fields=["title"], name="articles_article_title_trgm", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["-created_at", "-id"], name="articles_article_newest_idx"),
        ),
    ]
