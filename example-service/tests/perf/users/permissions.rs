//! Who may do what: `user.get_all_permissions()`.

use perf_harness::{PerfDb, assert_queries, perf_test};
use serde_json::{Value, json};

use super::{execute, hundred_users};
use crate::app::App;

const NAIVE: &str = "/naive/api/users/?fields=permissions&page_size=5";
const TUNED: &str = "/api/users/?fields=permissions&page_size=5";

/// The permissions of the first five users, which both lists must tell alike.
async fn permissions(app: &App) -> Vec<Value> {
    let tuned = app.get(TUNED).await.results();
    assert_eq!(app.get(NAIVE).await.results(), tuned);
    tuned
        .iter()
        .map(|user| user["permissions"].clone())
        .collect()
}

/// So that there is little to tell: users 1 and 2 in group 1, which may view articles, and user 2 may itself, too.
const FEW: &str = "
    DELETE FROM auth_user_groups;
    DELETE FROM auth_user_user_permissions;
    DELETE FROM auth_group_permissions;
    INSERT INTO auth_group_permissions (group_id, permission_id)
        SELECT 1, id FROM auth_permission WHERE codename = 'view_article';
    INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1), (2, 1);
    INSERT INTO auth_user_user_permissions (user_id, permission_id)
        SELECT user_id, id FROM auth_permission, unnest(ARRAY[2, 3]) AS user_id WHERE codename IN ('view_article', 'add_user');
";

#[perf_test(template = hundred_users)]
async fn own_permissions_and_those_of_groups_are_told_once(db: PerfDb) {
    execute(&db, FEW).await;
    let both = json!(["articles.view_article", "auth.add_user"]);
    assert_eq!(
        permissions(&App::on(&db)).await,
        [
            json!(["articles.view_article"]),
            both.clone(),
            both,
            json!([]),
            json!([])
        ]
    );
}

#[perf_test(template = hundred_users)]
async fn permissions_of_one_name_for_two_models_of_an_app_are_one(db: PerfDb) {
    execute(&db, FEW).await;
    let twins = "
        INSERT INTO auth_permission (name, content_type_id, codename)
            SELECT 'Can ' || model, id, 'view_article' FROM django_content_type WHERE app_label = 'projects';
        INSERT INTO auth_user_user_permissions (user_id, permission_id)
            SELECT 4, p.id FROM auth_permission p JOIN django_content_type c ON c.id = content_type_id
            WHERE codename = 'view_article' AND app_label = 'projects'";
    execute(&db, twins).await;
    let told = permissions(&App::on(&db)).await;
    assert_eq!(told[3], json!(["projects.view_article"]));
}

#[perf_test(template = hundred_users)]
async fn a_superuser_may_do_all_and_who_is_not_active_nothing(db: PerfDb) {
    execute(&db, FEW).await;
    let states = "
        UPDATE auth_user SET is_superuser = true WHERE id IN (2, 3);
        UPDATE auth_user SET is_active = false WHERE id IN (1, 3)";
    execute(&db, states).await;
    let told = permissions(&App::on(&db)).await;
    assert_eq!(told[0], json!([]));
    assert_eq!(told[1].as_array().unwrap().len(), 48);
    assert_eq!(told[1][0], "articles.add_article");
    assert_eq!(told[1][47], "users.view_profile");
    assert_eq!(told[2], json!([]));
}

#[perf_test(template = hundred_users)]
async fn superusers_cost_one_more_query_however_many_they_are(db: PerfDb) {
    let app = App::on(&db);
    let all = "/api/users/?page_size=5";
    assert_queries!(db.record(app.get(all)).await, 3);
    for superusers in ["id = 2", "id < 4"] {
        let states = format!("UPDATE auth_user SET is_superuser = true WHERE {superusers}");
        execute(&db, &states).await;
        assert_queries!(db.record(app.get(all)).await, 4);
    }
    // Nobody's own need be asked for.
    assert_queries!(db.record(app.get("/api/users/1/")).await, 3);
    execute(&db, "UPDATE auth_user SET is_active = false").await;
    assert_queries!(db.record(app.get(all)).await, 2);
    assert_queries!(db.record(app.get("/api/users/1/")).await, 2);
}
