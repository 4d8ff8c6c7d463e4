//! The users with their profiles in one query.
//!
//! ```python
//! users = User.objects.select_related('profile').order_by('id')[:limit]
//! return Response({'results': UserSerializer(users, many=True).data})
//! ```

use axum::{Json, extract::State};
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder, QuerySelect};

use super::{
    entity::{profile, user},
    serializer::UserSerializer,
};
use crate::{
    error::ApiError,
    pagination::{Limit, Results},
};

#[utoipa::path(get, path = "/api/users/", responses((status = OK)))]
/// One query: the profiles come with the users, by a `LEFT JOIN`.
pub(super) async fn list_users(
    State(db): State<DatabaseConnection>,
    Limit(limit): Limit,
) -> Result<Json<Results<UserSerializer>>, ApiError> {
    let rows = user::Entity::find()
        .find_also_related(profile::Entity)
        .order_by_asc(user::COLUMN.id)
        .limit(limit)
        .all(&db)
        .await?;
    let results = rows
        .into_iter()
        .map(|(user, profile)| UserSerializer::new(user, profile))
        .collect();
    Ok(Json(Results { results }))
}
