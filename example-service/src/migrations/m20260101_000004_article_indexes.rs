//! What a tuned Django adds to `articles_article`: indexes for the search, for similar titles and for cursors.

use sea_orm_migration::prelude::*;

/// In Django:
///
/// ```python
/// operations = [
///     TrigramExtension(),
///     migrations.AddIndex('article', GinIndex(
///         SearchVector('title', 'content', config='english'), name='articles_article_search_idx')),
///     migrations.AddIndex('article', GinIndex(
///         fields=['title'], opclasses=['gin_trgm_ops'], name='articles_article_title_trgm')),
///     migrations.AddIndex('article', models.Index(
///         fields=['-created_at', '-id'], name='articles_article_newest_idx')),
/// ]
/// ```
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    /// The extension stays: it may have been there before.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        Ok(())
    }
}

const UP: &str = r#"
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
CREATE INDEX "articles_article_search_idx" ON "articles_article"
    USING gin ((to_tsvector('english'::regconfig, COALESCE("title", '') || ' ' || COALESCE("content", ''))));
CREATE INDEX "articles_article_title_trgm" ON "articles_article" USING gin ("title" gin_trgm_ops);
CREATE INDEX "articles_article_newest_idx" ON "articles_article" ("created_at" DESC, "id" DESC);
"#;

const DOWN: &str = r#"
DROP INDEX "articles_article_newest_idx";
DROP INDEX "articles_article_title_trgm";
DROP INDEX "articles_article_search_idx";
"#;
