//! The JSON of a dashboard and its items, and the input that makes or changes an item.

use sea_orm::{
    ActiveEnum as _,
    ActiveValue::{self, NotSet, Set},
    DerivePartialModel, FromQueryResult,
    prelude::{Date, DateTimeUtc},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::entity::item::{self, Status};
use crate::{
    date_time::{iso_8601, now},
    fields::{CharField, Errors, Input},
};

/// An item as a client sees it. Read as a partial model it asks for these columns and no other: Django's `only()`.
///
/// ```python
/// class ItemSerializer(serializers.ModelSerializer):
///     class Meta:
///         model = Item
///         fields = ['id', 'title', 'notes', 'status', 'priority', 'due_on', 'created_at', 'updated_at']
/// ```
#[derive(Debug, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "item::Entity")]
#[schema(as = Item)]
pub(super) struct ItemSerializer {
    pub(super) id: i64,
    title: String,
    notes: String,
    status: Status,
    priority: i16,
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Date>,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTimeUtc,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: DateTimeUtc,
}

impl From<item::Model> for ItemSerializer {
    fn from(item: item::Model) -> Self {
        Self {
            id: item.id,
            title: item.title,
            notes: item.notes,
            status: item.status,
            priority: item.priority,
            due_on: item.due_on,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// How many items there are, of each status and in all.
#[derive(Debug, Default, PartialEq, Eq, Serialize, FromQueryResult, ToSchema)]
#[schema(as = ItemCounts)]
pub(super) struct CountsSerializer {
    pub(super) total: i64,
    pub(super) open: i64,
    pub(super) done: i64,
    pub(super) archived: i64,
}

/// `{"counts": counts, **page}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dashboard)]
pub(super) struct DashboardSerializer<P> {
    pub(super) counts: CountsSerializer,
    #[serde(flatten)]
    pub(super) page: P,
}

const TITLE: CharField = CharField {
    required: true,
    allow_blank: false,
    max_length: Some(200),
};

const NOTES: CharField = CharField {
    required: false,
    allow_blank: true,
    max_length: None,
};

/// What a client may say of an item, checked: `serializer.validated_data`.
#[derive(Debug, PartialEq)]
pub(super) struct ItemInput {
    title: Option<String>,
    notes: Option<String>,
    status: Option<Status>,
    priority: Option<i16>,
    /// Not set, or `null`, or a day.
    due_on: ActiveValue<Option<Date>>,
}

impl ItemInput {
    /// Of a new item.
    pub(super) fn whole(data: &Value) -> Result<Self, Errors> {
        Self::checked(Input::of(data, false)?)
    }

    /// Of a `PATCH`: what is missing stays as it is.
    pub(super) fn partial(data: &Value) -> Result<Self, Errors> {
        Self::checked(Input::of(data, true)?)
    }

    fn checked(mut input: Input<'_>) -> Result<Self, Errors> {
        let item = Self {
            title: input.char("title", TITLE),
            notes: input.char("notes", NOTES),
            status: input.choice("status", |word| {
                Status::try_from_value(&word.to_owned()).ok()
            }),
            priority: input
                .integer("priority", 1, 5)
                .and_then(|priority| i16::try_from(priority).ok()),
            due_on: given(input.nullable_date("due_on")),
        };
        input.finish()?;
        Ok(item)
    }

    /// `Item(owner=owner, **validated_data)`, with the defaults of the model.
    pub(super) fn create(mut self, owner_id: i32) -> item::ActiveModel {
        let now = now();
        item::ActiveModel {
            id: NotSet,
            title: given(self.title),
            notes: Set(self.notes.unwrap_or_default()),
            status: Set(self.status.unwrap_or(Status::Open)),
            priority: Set(self.priority.unwrap_or(3)),
            due_on: Set(self.due_on.take().flatten()),
            created_at: Set(now),
            updated_at: Set(now),
            owner_id: Set(owner_id),
        }
    }

    /// What `save()` would change: `updated_at` always.
    pub(super) fn changes(self) -> item::ActiveModel {
        item::ActiveModel {
            title: given(self.title),
            notes: given(self.notes),
            status: given(self.status),
            priority: given(self.priority),
            due_on: self.due_on,
            updated_at: Set(now()),
            ..Default::default()
        }
    }
}

fn given<T: Into<sea_orm::Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(NotSet, Set)
}

/// The body of a `POST`, for [`ItemInput`] in the schema; of a `PATCH` no field is required.
#[derive(ToSchema)]
#[schema(as = ItemInput)]
#[expect(dead_code, reason = "it is there for its schema")]
pub(super) struct ItemInputSchema {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    notes: Option<String>,
    status: Option<Status>,
    #[schema(minimum = 1, maximum = 5)]
    priority: Option<i16>,
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_is_written_without_its_owner() {
        let item = item::Model {
            id: 7,
            title: "Call \"Zürich\"".to_owned(),
            notes: String::new(),
            status: Status::Archived,
            priority: 2,
            due_on: Some("2026-02-28".parse().unwrap()),
            created_at: "2026-01-02T03:04:05.5Z".parse().unwrap(),
            updated_at: "2026-01-02T03:04:06Z".parse().unwrap(),
            owner_id: 9,
        };
        assert_eq!(
            serde_json::to_string(&ItemSerializer::from(item)).unwrap(),
            concat!(
                r#"{"id":7,"title":"Call \"Zürich\"","notes":"","status":"archived","priority":2,"#,
                r#""due_on":"2026-02-28","created_at":"2026-01-02T03:04:05.500000Z","#,
                r#""updated_at":"2026-01-02T03:04:06Z"}"#,
            )
        );
    }

    #[test]
    fn what_a_new_item_leaves_out_is_as_the_model_has_it() {
        let item = ItemInput::whole(&json!({"title": " a "})).unwrap();
        let item = item.create(9);
        assert_eq!(item.title, Set("a".to_owned()));
        assert_eq!(item.notes, Set(String::new()));
        assert_eq!(item.status, Set(Status::Open));
        assert_eq!(item.priority, Set(3));
        assert_eq!(item.due_on, Set(None));
        assert_eq!(item.created_at, item.updated_at);
        assert_eq!(item.owner_id, Set(9));
    }

    #[test]
    fn a_patch_changes_what_it_names_and_when() {
        let changes = ItemInput::partial(&json!({"due_on": null, "status": "done", "id": 8}));
        let changes = changes.unwrap().changes();
        assert_eq!(changes.due_on, Set(None));
        assert_eq!(changes.status, Set(Status::Done));
        assert_eq!((changes.title, changes.notes), (NotSet, NotSet));
        assert_eq!((changes.id, changes.owner_id), (NotSet, NotSet));
        assert_eq!((changes.priority, changes.created_at), (NotSet, NotSet));
        assert!(changes.updated_at.is_set());
    }

    #[test]
    fn all_mistakes_are_told_in_the_order_of_the_fields() {
        let data = json!({
            "due_on": "soon", "priority": 6, "status": "new", "notes": null, "title": "x".repeat(201),
        });
        let told = ItemInput::partial(&data).unwrap_err();
        assert_eq!(
            serde_json::to_string(&told).unwrap(),
            concat!(
                r#"{"title":["Ensure this field has no more than 200 characters."],"#,
                r#""notes":["This field may not be null."],"#,
                r#""status":["\"new\" is not a valid choice."],"#,
                r#""priority":["Ensure this value is less than or equal to 5."],"#,
                r#""due_on":["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]}"#,
            )
        );
    }
}
