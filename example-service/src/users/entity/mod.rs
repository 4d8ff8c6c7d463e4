//! The tables of the app: its `models.py`, and those of `django.contrib.auth` and `contenttypes`.
#![expect(missing_docs, reason = "a field is the column of the same name")]

pub mod content_type;
pub mod group;
pub mod group_permission;
pub mod permission;
pub mod profile;
pub mod user;
pub mod user_group;
pub mod user_permission;
