//! Whom log-in lets in with a second factor alone.

use std::str::FromStr;
use std::sync::Arc;

use dossier_common::user::Role;

/// The roles whose accounts need a second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TotpRoles(Arc<[Role]>);

impl TotpRoles {
    /// What `TOTP_REQUIRED_FOR` must be.
    pub const RULE: &'static str = "must be roles separated by commas, such as ops,admin";

    /// Whether accounts of this role need a second factor.
    pub fn contains(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
}

impl FromStr for TotpRoles {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let roles = text.split(',').map(|role| role.trim().parse::<Role>());
        let roles: Result<Vec<Role>, _> = roles.collect();
        roles.map(|roles| Self(roles.into())).map_err(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_with_commas_between_them() {
        let roles: TotpRoles = "ops, admin".parse().expect("roles");
        assert!(roles.contains(Role::Ops) && roles.contains(Role::Admin));
        assert!(!roles.contains(Role::Client));
        for text in ["", "ops,", "root", "ops;admin"] {
            assert_eq!(text.parse::<TotpRoles>(), Err(()), "{text}");
        }
    }
}
