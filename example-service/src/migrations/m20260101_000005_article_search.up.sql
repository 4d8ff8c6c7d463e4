-- What a tuned Django adds, for the search, for similar titles and for cursors:
--
-- operations = [
--     TrigramExtension(),
--     migrations.AddField('article', 'search', models.GeneratedField(
--         expression=SearchVector('title', weight='A', config='english') + SearchVector('content', weight='B', config='english'),
--         output_field=SearchVectorField(), db_persist=True)),
--     migrations.AddIndex('article', GinIndex(fields=['search'], name='articles_article_search_idx')),
--     migrations.AddIndex('article', GinIndex(fields=['title'], opclasses=['gin_trgm_ops'], name='articles_article_title_trgm')),
--     migrations.AddIndex('article', models.Index(fields=['-created_at', '-id'], name='articles_article_newest_idx')),
-- ]
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
ALTER TABLE "articles_article" ADD COLUMN "search" tsvector GENERATED ALWAYS AS ((
    setweight(to_tsvector('english'::regconfig, COALESCE("title", '')), 'A') ||
    setweight(to_tsvector('english'::regconfig, COALESCE("content", '')), 'B')
)) STORED;
CREATE INDEX "articles_article_search_idx" ON "articles_article" USING gin ("search");
CREATE INDEX "articles_article_title_trgm" ON "articles_article" USING gin ("title" gin_trgm_ops);
CREATE INDEX "articles_article_newest_idx" ON "articles_article" ("created_at" DESC, "id" DESC);
