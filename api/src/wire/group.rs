//! Groups on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::group::Group;
use dossier_common::store::groups::CountedGroup;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Email, GroupIdText};

/// A group to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRequest {
    /// What it shall be called, without commas and semicolons; no two groups are called the same, however their letters
    /// are written.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[^,;]*$",
        example = "Board"
    )]
    pub name: String,
    /// The addresses of its members.
    #[serde(default)]
    #[schema(value_type = Vec<Email>, required = false, max_items = 1000)]
    pub members: Vec<String>,
}

/// Another name for a group.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupNameRequest {
    /// What it shall be called, without commas and semicolons.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[^,;]*$",
        example = "Board"
    )]
    pub name: String,
}

/// The members of a group.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMembersRequest {
    /// The addresses of all the members there will be.
    #[schema(value_type = Vec<Email>, max_items = 1000)]
    pub members: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupResponse {
    /// Which group.
    #[schema(value_type = GroupIdText)]
    pub id: String,
    /// What it is called.
    #[schema(max_length = 60, example = "Board")]
    pub name: String,
    /// The addresses of its members, in lower case and in order.
    #[schema(value_type = Vec<Email>, max_items = 1000)]
    pub members: Vec<String>,
    /// When it was made.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// When it was changed last.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub updated_at: String,
}

/// A group of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ListedGroup)]
pub struct ListedGroupResponse {
    /// Which group.
    #[schema(value_type = GroupIdText)]
    pub id: String,
    /// What it is called.
    #[schema(max_length = 60, example = "Board")]
    pub name: String,
    /// How many members it has.
    #[schema(minimum = 0, maximum = 1000)]
    pub member_count: i64,
    /// When it was made.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// When it was changed last.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub updated_at: String,
}

impl From<Group> for GroupResponse {
    fn from(group: Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.as_str().to_owned(),
            members: group.members,
            created_at: rfc3339(group.created_at),
            updated_at: rfc3339(group.updated_at),
        }
    }
}

impl From<CountedGroup> for ListedGroupResponse {
    fn from(group: CountedGroup) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.as_str().to_owned(),
            member_count: group.members,
            created_at: rfc3339(group.created_at),
            updated_at: rfc3339(group.updated_at),
        }
    }
}
