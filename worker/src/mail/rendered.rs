//! How mails are written: templates that are compiled in, in plain text and HTML.

use std::sync::LazyLock;

use minijinja::{Environment, Value, context};

use super::documents::Place;
use super::email::Email;

/// A mail's text, ready to be sent.
pub(super) struct Rendered {
    pub(super) subject: &'static str,
    pub(super) text: String,
    pub(super) html: String,
}

impl Email {
    pub(super) fn render(&self, place: Place) -> Result<Rendered, minijinja::Error> {
        let values = self.values(place);
        let render = |form| {
            let name = format!("{}.{form}", self.template());
            TEMPLATES.get_template(&name)?.render(&values)
        };
        Ok(Rendered {
            subject: self.subject(),
            text: render("txt")?,
            html: render("html")?,
        })
    }

    fn subject(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "Please confirm your e-mail address",
            Self::AccountExists { .. } | Self::InvitedAlready { .. } => {
                "You already have an account"
            }
            Self::Invitation { .. } => "You are invited to Dossier",
            Self::ResetPassword { .. } => "Choose another password",
            Self::ResetSecondFactor { .. } => "Remove your second factor",
            Self::PasswordChanged { .. } => "Your password was changed",
            Self::SecondFactorChanged { enabled: true, .. } => "Log-in asks for a second factor",
            Self::SecondFactorChanged { enabled: false, .. } => {
                "Log-in asks for no second factor any more"
            }
            Self::DocumentRejected { .. } => "Your document can no longer be downloaded",
            Self::DocumentsRejected { .. } => "Documents of yours can no longer be downloaded",
            Self::DocumentsAvailable(told) => told.subject(),
            Self::FirstDownload { .. } => "Your document was downloaded",
            Self::Test => "A test of Dossier's mail",
        }
    }

    fn values(&self, place: Place) -> Value {
        match self {
            Self::Verify { url } => context! { url },
            Self::Test => context! {},
            Self::DocumentsAvailable(told) => told.values(place),
            Self::FirstDownload { name, document, by } => {
                context! { name, document => document.as_str(), by }
            }
            Self::AccountExists { name, reset_url }
            | Self::InvitedAlready { name, reset_url }
            | Self::PasswordChanged { name, reset_url } => context! { name, reset_url },
            Self::Invitation { role, url } => context! { role => role.as_str(), url },
            Self::SecondFactorChanged {
                name,
                enabled,
                reset_url,
            } => context! { name, enabled, reset_url },
            Self::ResetPassword { name, url } | Self::ResetSecondFactor { name, url } => {
                context! { name, url }
            }
            Self::DocumentRejected {
                name,
                document,
                rejection,
            } => context! {
                name, document => document.as_str(), code => rejection.code.as_str(),
                reason => rejection.message.as_str()
            },
            Self::DocumentsRejected {
                name,
                documents,
                more,
            } => {
                let listed = documents.iter().map(|(document, rejection)| {
                    context! {
                        name => document.as_str(), code => rejection.code.as_str(),
                        reason => rejection.message.as_str()
                    }
                });
                context! { name, documents => listed.collect::<Vec<_>>(), more }
            }
        }
    }
}

macro_rules! forms_of {
    ($($name:literal)*) => {
        [
            ("layout.html", include_str!("../../templates/layout.html")),
            $(
                (concat!($name, ".txt"), include_str!(concat!("../../templates/", $name, ".txt"))),
                (concat!($name, ".html"), include_str!(concat!("../../templates/", $name, ".html"))),
            )*
        ]
    };
}

/// The templates, compiled at the first email. What is put into those that end in `.html` is escaped.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, source) in forms_of!(
        "verify" "account-exists" "invitation" "invited-already" "reset-password"
        "reset-second-factor" "password-changed" "second-factor-changed" "document-rejected"
        "documents-rejected" "documents-available" "first-download" "test"
    ) {
        let added = templates.add_template(name, source);
        added.expect("the templates are compiled in, and tests render each");
    }
    templates
});

#[cfg(test)]
mod tests {
    use super::*;

    fn account_exists(name: Option<String>) -> Email {
        Email::AccountExists {
            name,
            reset_url: "https://dossier.example.com/reset-password".to_owned(),
        }
    }

    #[test]
    fn both_forms_carry_the_link() {
        let email = Email::Verify {
            url: "https://dossier.example.com/verify-email/abc-_=".to_owned(),
        };
        let rendered = email.render(Place::Page).unwrap();
        assert!(
            rendered
                .text
                .contains("https://dossier.example.com/verify-email/abc-_=")
        );
        assert!(rendered.html.contains("verify-email/abc-_="));
        assert!(!format!("{email:?}").contains("abc"));
    }

    #[test]
    fn html_in_a_name_stays_text() {
        let name = Some("<b>Ada</b>".to_owned());
        let rendered = account_exists(name).render(Place::Page).unwrap();
        assert!(rendered.text.contains("Hello <b>Ada</b>"));
        assert!(rendered.html.contains("&lt;b&gt;Ada&lt;"));
    }

    #[test]
    fn the_heading_is_the_subject_and_a_line_of_text_fits_a_terminal() {
        let reset_url = "https://dossier.example.com/reset-password".to_owned();
        for enabled in [true, false] {
            let (name, reset_url) = (None, reset_url.clone());
            let email = Email::SecondFactorChanged {
                name,
                enabled,
                reset_url,
            };
            let rendered = email.render(Place::Page).unwrap();
            let heading = format!(">{}</h1>", email.subject());
            assert!(rendered.html.contains(&heading), "{}", rendered.html);
            for line in rendered.text.lines() {
                assert!(line.chars().count() <= 76, "{line}");
            }
        }
    }

    #[test]
    fn a_letter_to_nobody_in_particular_reads_well() {
        let rendered = account_exists(None).render(Place::Page).unwrap();
        assert!(rendered.text.starts_with("Hello,"));
        assert!(rendered.html.contains("Hello,"));
    }

    #[test]
    fn the_test_mail_can_be_written() {
        let rendered = Email::Test.render(Place::Page).unwrap();
        assert!(rendered.text.contains("can send mails"));
        assert!(rendered.html.contains("can send mails"));
    }
}
