//! The groups and permissions of many users, by one query each: Django's `Prefetch`.
//!
//! By hand, where sea-orm has loaders: those write one parameter for each user, so that each length of a page is another
//! text to prepare, and more than 65,535 are none at all; and a permission reaches a user in two ways. `= ANY($1)` is one
//! text and one parameter. The names come as one array, so as one row, for each user.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, FromQueryResult, Statement};

/// Names by the id of their user; users without any are missing.
pub(super) type NamesOfUsers = HashMap<i32, Vec<String>>;

const GROUPS: &str = r#"
SELECT "auth_user_groups"."user_id", array_agg("auth_group"."name") AS "names"
FROM "auth_user_groups"
    INNER JOIN "auth_group" ON "auth_group"."id" = "auth_user_groups"."group_id"
WHERE "auth_user_groups"."user_id" = ANY($1)
GROUP BY "auth_user_groups"."user_id"
"#;

const PERMISSIONS: &str = r#"
SELECT "granted"."user_id", array_agg("django_content_type"."app_label" || '.' || "auth_permission"."codename") AS "names"
FROM (
        SELECT "auth_user_user_permissions"."user_id", "auth_user_user_permissions"."permission_id"
        FROM "auth_user_user_permissions"
        WHERE "auth_user_user_permissions"."user_id" = ANY($1)
        UNION
        SELECT "auth_user_groups"."user_id", "auth_group_permissions"."permission_id"
        FROM "auth_user_groups"
            INNER JOIN "auth_group_permissions" ON "auth_group_permissions"."group_id" = "auth_user_groups"."group_id"
        WHERE "auth_user_groups"."user_id" = ANY($1)
    ) AS "granted"
    INNER JOIN "auth_permission" ON "auth_permission"."id" = "granted"."permission_id"
    INNER JOIN "django_content_type" ON "django_content_type"."id" = "auth_permission"."content_type_id"
GROUP BY "granted"."user_id"
"#;

const ALL_PERMISSIONS: &str = r#"
SELECT "django_content_type"."app_label" || '.' || "auth_permission"."codename" AS "name"
FROM "auth_permission"
    INNER JOIN "django_content_type" ON "django_content_type"."id" = "auth_permission"."content_type_id"
"#;

#[derive(FromQueryResult)]
struct NamesOfUser {
    user_id: i32,
    names: Vec<String>,
}

/// The names of the users' groups.
pub(super) async fn groups(
    db: &DatabaseConnection,
    users: Vec<i32>,
) -> Result<NamesOfUsers, DbErr> {
    names_of(db, GROUPS, users).await
}

/// The users' permissions, `app_label.codename`: their own and those of their groups.
pub(super) async fn permissions(
    db: &DatabaseConnection,
    users: Vec<i32>,
) -> Result<NamesOfUsers, DbErr> {
    names_of(db, PERMISSIONS, users).await
}

/// What a superuser may do.
pub(super) async fn all_permissions(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let statement = Statement::from_string(DbBackend::Postgres, ALL_PERMISSIONS);
    let rows = db.query_all_raw(statement).await?;
    let names: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_by(0)).collect();
    names.map(sorted)
}

/// Nobody is asked about nobody, and about one user by `= $1`: the plan for all lists is one for ten users, so that
/// Postgres takes a list of one for cheaper and plans it anew each time, which costs more than the query.
async fn names_of(
    db: &DatabaseConnection,
    sql: &str,
    users: Vec<i32>,
) -> Result<NamesOfUsers, DbErr> {
    let statement = match *users {
        [] => return Ok(NamesOfUsers::new()),
        [user] => {
            let sql = sql.replace("= ANY($1)", "= $1");
            Statement::from_sql_and_values(DbBackend::Postgres, sql, [user.into()])
        }
        _ => Statement::from_sql_and_values(DbBackend::Postgres, sql, [users.into()]),
    };
    let rows = NamesOfUser::find_by_statement(statement).all(db).await?;
    let of_user = |row: NamesOfUser| (row.user_id, sorted(row.names));
    Ok(rows.into_iter().map(of_user).collect())
}

/// As Python's `sorted(set(..))`: by code points, whatever the database's collation.
fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}
