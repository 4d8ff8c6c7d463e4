//! The port line by line, and with it the N+1 that Django's lazy relations hide.
//!
//! ```python
//! users = User.objects.order_by('id')[:limit]
//! return Response({'results': UserSerializer(users, many=True).data})  # user.profile: one query each
//! ```

use axum::{Json, extract::State};
use sea_orm::{DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    entity::{profile, user},
    serializer::UserSerializer,
};
use crate::{
    error::ApiError,
    pagination::{Limit, Results},
};

/// One query for the users, then one per user.
pub(super) async fn list_users(
    State(db): State<DatabaseConnection>,
    Limit(limit): Limit,
) -> Result<Json<Results<UserSerializer>>, ApiError> {
    let users = user::Entity::find()
        .order_by_asc(user::COLUMN.id)
        .limit(limit)
        .all(&db)
        .await?;
    let mut results = Vec::with_capacity(users.len());
    for user in users {
        let profile = load_profile(&db, user.id).await?;
        results.push(UserSerializer::new(user, profile));
    }
    Ok(Json(Results { results }))
}

/// What `user.profile` does when it was not selected with the user.
async fn load_profile(
    db: &DatabaseConnection,
    user_id: i32,
) -> Result<Option<profile::Model>, DbErr> {
    profile::Entity::find()
        .filter(profile::COLUMN.user_id.eq(user_id))
        .one(db)
        .await
}
