DROP TABLE "articles_article";
