//! What a migration line makes is what the statement beside it makes.

use sea_orm_migration::prelude::{DeriveIden, Index, IndexOrder, PostgresQueryBuilder};

use super::slow::SLOW;
use super::{advised, on_small};

#[derive(DeriveIden)]
enum Articles {
    Table,
    Status,
    CreatedAt,
}

#[test]
fn a_migration_line_makes_the_same_index_as_the_statement() {
    let line = stringify!(
        Index::create()
            .name("articles_status_created_at_idx")
            .table(Articles::Table)
            .col(Articles::Status)
            .col((Articles::CreatedAt, IndexOrder::Desc))
            .to_owned()
    );
    let index = Index::create()
        .name("articles_status_created_at_idx")
        .table(Articles::Table)
        .col(Articles::Status)
        .col((Articles::CreatedAt, IndexOrder::Desc))
        .to_owned();
    let sql = index.to_string(PostgresQueryBuilder).replace('"', "");
    let slow = SLOW
        .iter()
        .find(|slow| slow.name == "newest of a status")
        .unwrap();
    assert_eq!([sql.as_str()], slow.index);
    on_small(async |db| {
        let advised = advised(db, slow.sql, slow.values, slow.goal);
        let told = advised.lines.last().unwrap();
        let without_space = |text: &str| text.replace(char::is_whitespace, "");
        let expected = format!("manager.create_index({line}).await?;");
        assert_eq!(without_space(told), without_space(&expected));
    });
}
