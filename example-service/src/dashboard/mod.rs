//! The dashboard app: what the signed-in user has to do, counted by status, a page of it at a time.
//!
//! `GET /naive/api/dashboard/` counts five times and reads the page. `GET /api/dashboard/` reads all of it by one
//! statement, remembers the answer until the user writes or a minute is over, and sends none of it to a client that has it.
//! The writes take the same input and answer the same, each by one statement where the naive ones read the item first.

pub mod entity;

mod cache;
mod conditional;
mod naive;
mod routes;
mod serializer;
mod tuned;

pub(crate) use cache::Dashboards;
pub(crate) use routes::{naive_routes, openapi, routes};

use sea_orm::{EntityTrait as _, QueryFilter as _, Select};

use self::entity::item;
use crate::error::ApiError;

const NO_ITEM: ApiError = ApiError::NotFound("No Item matches the given query.");

/// `Item.objects.filter(owner=self.request.user)`
fn items_of(owner: i32) -> Select<item::Entity> {
    item::Entity::find().filter(item::COLUMN.owner_id.eq(owner))
}

/// As many items as a page may hold.
const MOST_ITEMS: u64 = 1_000;
