-- The extension stays: it may have been there before.
DROP INDEX "articles_article_newest_idx";
DROP INDEX "articles_article_title_trgm";
ALTER TABLE "articles_article" DROP COLUMN "search";
