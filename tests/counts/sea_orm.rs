//! Through sea-orm: entities, transactions, and what its own metric callback misses.

use perf_harness::{PerfDb, perf_test};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, QuerySelect, TransactionTrait};

use crate::authors;
use crate::server_log::ServerLog;

mod author {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "authors")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: i32,
        pub(crate) name: String,
        #[sea_orm(column_type = "custom(\"mood\")", select_as = "text", save_as = "mood")]
        pub(crate) mood: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[perf_test(template = authors)]
async fn entities_are_counted(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let connection = db.connection();
    let work = db
        .record(async {
            let all = author::Entity::find()
                .limit(5)
                .all(&connection)
                .await
                .unwrap();
            for author in &all {
                let found = author::Entity::find_by_id(author.id)
                    .one(&connection)
                    .await
                    .unwrap();
                assert_eq!(found.as_ref(), Some(author));
            }
            let new = author::ActiveModel {
                id: ActiveValue::Set(101),
                name: ActiveValue::Set("new".to_owned()),
                mood: ActiveValue::Set("sad".to_owned()),
            };
            author::Entity::insert(new)
                .exec_without_returning(&connection)
                .await
                .unwrap();
        })
        .await;
    log.agrees_with(&work).await;
    assert_eq!(work.counts().queries, 7);
    assert_eq!(work.shapes()[0].count(), 5);
}

#[perf_test(template = authors)]
async fn transactions_and_raw_statements_are_counted(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let connection = db.connection();
    let work = db
        .record(connection.transaction::<_, (), DbErr>(|transaction| {
            Box::pin(async move {
                transaction
                    .execute_unprepared("UPDATE authors SET name = 'y'")
                    .await?;
                author::Entity::delete_by_id(7).exec(transaction).await?;
                Ok(())
            })
        }))
        .await;
    log.agrees_with(&work).await;
    work.output().as_ref().unwrap();
    assert_eq!(
        (work.counts().queries, work.counts().transaction_control),
        (2, 2)
    );
}
