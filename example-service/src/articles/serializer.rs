//! The JSON of an article: its fields, their order and their formats.

use sea_orm::{DerivePartialModel, prelude::DateTimeUtc};
use serde::Serialize;
use utoipa::ToSchema;

use super::entity::article;
use crate::{
    date_time::iso_8601,
    users::{UserSummarySerializer, entity::user},
};

/// An article as a client sees it. Read as a partial model it asks for these columns and no other: Django's `only()`.
///
/// ```python
/// class ArticleSerializer(serializers.ModelSerializer):
///     author = UserSummarySerializer(read_only=True)
///
///     class Meta:
///         model = Article
///         fields = ['id', 'title', 'slug', 'content', 'created_at', 'view_count', 'author']
/// ```
#[derive(Debug, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "article::Entity")]
#[schema(as = Article)]
pub(super) struct ArticleSerializer {
    pub(super) id: i64,
    title: String,
    slug: String,
    content: String,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) created_at: DateTimeUtc,
    view_count: i32,
    #[sea_orm(nested)]
    author: UserSummarySerializer,
}

impl ArticleSerializer {
    pub(super) fn new(article: article::Model, author: user::Model) -> Self {
        Self {
            id: article.id,
            title: article.title,
            slug: article.slug,
            content: article.content,
            created_at: article.created_at,
            view_count: article.view_count,
            author: author.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::entity::article::Status, *};

    #[test]
    fn an_article_is_written_with_the_public_part_of_its_author() {
        let created_at: DateTimeUtc = "2026-01-02T03:04:05.5Z".parse().unwrap();
        let article = article::Model {
            id: 7,
            title: "On \"engines\"".to_owned(),
            slug: "on-engines".to_owned(),
            content: "Notes.\nIn Zürich.".to_owned(),
            status: Status::Published,
            created_at,
            view_count: 3,
            author_id: 9,
        };
        let author = user::Model {
            id: 9,
            password: "!secret".to_owned(),
            last_login: None,
            is_superuser: true,
            username: "ada".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            is_staff: true,
            is_active: true,
            date_joined: created_at,
        };
        let json = serde_json::to_string(&ArticleSerializer::new(article, author)).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"id":7,"title":"On \"engines\"","slug":"on-engines","content":"Notes.\nIn Zürich.","#,
                r#""created_at":"2026-01-02T03:04:05.500000Z","view_count":3,"#,
                r#""author":{"id":9,"username":"ada"}}"#,
            )
        );
    }
}
