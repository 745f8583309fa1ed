//! What mails say: templates that are compiled in, in plain text and HTML.

use std::sync::LazyLock;

use dossier_common::file::Rejection;
use dossier_common::file_name::FileName;
use minijinja::{Environment, Value, context};

/// A mail, before it is addressed to anybody.
#[derive(Clone, PartialEq, Eq)]
pub enum Email {
    /// "Please confirm your address."
    Verify {
        /// What the person wants to be called.
        name: Option<String>,
        /// The encrypted link.
        url: String,
    },
    /// "You already have an account."
    AccountExists {
        /// What the person wants to be called.
        name: Option<String>,
    },
    /// "Your document can no longer be downloaded."
    DocumentRejected {
        /// What the person wants to be called.
        name: Option<String>,
        /// What the document is called.
        document: FileName,
        /// Why it was rejected.
        rejection: Rejection,
    },
    /// "Documents of yours can no longer be downloaded."
    DocumentsRejected {
        /// What the person wants to be called.
        name: Option<String>,
        /// What each is called, and why it was rejected.
        documents: Vec<(FileName, Rejection)>,
        /// Whether there are more than these.
        more: bool,
    },
}

/// Shows the template alone: letters hold links that open accounts.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Email({})", self.template())
    }
}

/// A mail's text, ready to be sent.
pub(super) struct Rendered {
    pub(super) subject: &'static str,
    pub(super) text: String,
    pub(super) html: String,
}

impl Email {
    /// The template's name, as in the job's payload.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "verify",
            Self::AccountExists { .. } => "account-exists",
            Self::DocumentRejected { .. } => "document-rejected",
            Self::DocumentsRejected { .. } => "documents-rejected",
        }
    }

    pub(super) fn render(&self) -> Result<Rendered, minijinja::Error> {
        let values = self.values();
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
            Self::AccountExists { .. } => "You already have an account",
            Self::DocumentRejected { .. } => "Your document can no longer be downloaded",
            Self::DocumentsRejected { .. } => "Documents of yours can no longer be downloaded",
        }
    }

    fn values(&self) -> Value {
        match self {
            Self::Verify { name, url } => context! { name, url },
            Self::AccountExists { name } => context! { name },
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

/// The templates, compiled at the first email. What is put into those that end in `.html` is escaped.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("../../templates/layout.html")),
        ("verify.txt", include_str!("../../templates/verify.txt")),
        ("verify.html", include_str!("../../templates/verify.html")),
        (
            "account-exists.txt",
            include_str!("../../templates/account-exists.txt"),
        ),
        (
            "account-exists.html",
            include_str!("../../templates/account-exists.html"),
        ),
        (
            "document-rejected.txt",
            include_str!("../../templates/document-rejected.txt"),
        ),
        (
            "document-rejected.html",
            include_str!("../../templates/document-rejected.html"),
        ),
        (
            "documents-rejected.txt",
            include_str!("../../templates/documents-rejected.txt"),
        ),
        (
            "documents-rejected.html",
            include_str!("../../templates/documents-rejected.html"),
        ),
    ] {
        let added = templates.add_template(name, source);
        added.expect("the templates are compiled in, and tests render each");
    }
    templates
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_carry_the_link_and_html_in_a_name_stays_text() {
        let email = Email::Verify {
            name: Some("<b>Ada</b>".to_owned()),
            url: "https://dossier.example.com/verify-email/abc-_=".to_owned(),
        };
        let rendered = email.render().unwrap();
        assert!(rendered.text.contains("Hello <b>Ada</b>"));
        assert!(
            rendered
                .text
                .contains("https://dossier.example.com/verify-email/abc-_=")
        );
        assert!(rendered.html.contains("&lt;b&gt;Ada&lt;"));
        assert!(rendered.html.contains("verify-email/abc-_="));
        assert!(!format!("{email:?}").contains("abc"));
    }

    #[test]
    fn a_letter_to_nobody_in_particular_reads_well() {
        let rendered = Email::AccountExists { name: None }.render().unwrap();
        assert!(rendered.text.starts_with("Hello,"));
        assert!(rendered.html.contains("Hello,"));
    }
}
