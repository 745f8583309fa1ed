//! Who may sign up.

use std::str::FromStr;
use std::sync::Arc;

use dossier_common::email::EmailAddress;

/// Who may sign up, and whether people can be invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignUpPolicy {
    /// Everybody.
    Open,
    /// Whoever has an address in one of these domains (in lower case), and whoever is invited.
    Domains(Arc<[String]>),
    /// Nobody who is not invited.
    #[default]
    Invited,
    /// Nobody: accounts are made by operators.
    Closed,
}

impl SignUpPolicy {
    /// What `SIGN_UP` must be.
    pub const RULE: &'static str = "must be open, invited, closed, or domains: and the domains, such as domains:a.example,b.example";

    /// Whether anybody at all may sign up.
    pub fn is_open_to_some(&self) -> bool {
        matches!(self, Self::Open | Self::Domains(_))
    }

    /// Whether whoever has this address may sign up.
    pub fn admits(&self, email: &EmailAddress) -> bool {
        match self {
            Self::Open => true,
            Self::Domains(domains) => {
                let key = email.key();
                let domain = key.rsplit_once('@').map_or("", |(_, domain)| domain);
                domains.iter().any(|known| known == domain)
            }
            Self::Invited | Self::Closed => false,
        }
    }

    /// Whether people can be invited.
    pub fn takes_invitations(&self) -> bool {
        *self != Self::Closed
    }
}

impl FromStr for SignUpPolicy {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.trim() {
            "open" => Ok(Self::Open),
            "invited" => Ok(Self::Invited),
            "closed" => Ok(Self::Closed),
            text => parse_domains(text.strip_prefix("domains:").ok_or(())?),
        }
    }
}

fn parse_domains(list: &str) -> Result<SignUpPolicy, ()> {
    let domains = list.split(',').map(|domain| {
        let domain = domain.trim().to_lowercase();
        let address = format!("name@{domain}").parse::<EmailAddress>();
        let is_public = address.is_ok_and(|address| address.has_public_domain());
        is_public.then_some(domain).ok_or(())
    });
    let domains: Vec<String> = domains.collect::<Result<_, _>>()?;
    Ok(SignUpPolicy::Domains(domains.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(policy: &str, email: &str) -> bool {
        let policy: SignUpPolicy = policy.parse().expect("a policy");
        policy.admits(&email.parse().expect("an address"))
    }

    #[test]
    fn a_policy_admits_whom_it_names() {
        let domains = "domains: a.example, B.example";
        for (policy, email, expected) in [
            ("open", "ada@anywhere.example", true),
            ("invited", "ada@a.example", false),
            ("closed", "ada@a.example", false),
            (domains, "ada@a.example", true),
            (domains, "Ada@A.Example", true),
            (domains, "ada@b.example", true),
            (domains, "ada@c.example", false),
            (domains, "ada@sub.a.example", false),
            (domains, "ada@nota.example", false),
            (domains, "a.example@c.example", false),
        ] {
            assert_eq!(admitted(policy, email), expected, "{policy} {email}");
        }
    }

    #[test]
    fn a_policy_that_is_none_is_refused() {
        for text in [
            "",
            "everybody",
            "domains:",
            "domains:a.example,",
            "domains:localhost",
            "a.example",
        ] {
            assert_eq!(text.parse::<SignUpPolicy>(), Err(()), "{text}");
        }
    }
}
