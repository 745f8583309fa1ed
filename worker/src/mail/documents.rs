//! The mail that tells of documents.

use dossier_common::config::Environment;
use dossier_common::file_name::FileName;
use dossier_common::id::FileId;
use minijinja::{Value, context};

/// Where such a mail leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// To the console's page of each document.
    #[default]
    Page,
    /// To each document's address in the API, for programs: there is no console.
    Api,
}

impl Place {
    /// Reads `CONSOLE`: the API says what is wrong with it.
    pub(super) fn read(env: &Environment) -> Self {
        match env.text("CONSOLE").as_deref() {
            Some("off") => Self::Api,
            _ => Self::Page,
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Page => "documents",
            Self::Api => "v1/files",
        }
    }
}

/// "Documents are ready for you."
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentsAvailable {
    /// What the person wants to be called, where the address has an account.
    pub name: Option<String>,
    /// The documents; one at least.
    pub documents: Vec<AvailableDocument>,
    /// Whether there are more than these.
    pub more: bool,
    /// The encrypted link with which an account is made, where the address has none.
    pub invitation_url: Option<String>,
    /// Where clients reach the service.
    pub service_url: String,
    /// The encrypted link that stops such mails.
    pub unsubscribe_url: String,
}

/// A document that somebody is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvailableDocument {
    /// Which document.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// What whoever uploaded it wants to be called.
    pub from: Option<String>,
}

impl DocumentsAvailable {
    pub(super) fn subject(&self) -> &'static str {
        match self.documents.len() {
            1 => "A document is ready for you",
            _ => "Documents are ready for you",
        }
    }

    pub(super) fn values(&self, place: Place) -> Value {
        let folder = format!("{}/{}", self.service_url, place.folder());
        let documents = self.documents.iter().map(|document| {
            let (id, name) = (document.id.to_string(), document.name.as_str());
            let url = format!("{folder}/{id}");
            context! { id, name, url, from => &document.from }
        });
        context! {
            subject => self.subject(), is_one => self.documents.len() == 1, documents => documents.collect::<Vec<_>>(),
            name => &self.name, more => self.more, invitation_url => &self.invitation_url,
            has_pages => place == Place::Page, unsubscribe_url => &self.unsubscribe_url
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Email;
    use dossier_common::entropy::Entropy;
    use mongodb::bson::DateTime;

    const SERVICE: &str = "https://dossier.example.com";

    fn told(names: &[&str]) -> DocumentsAvailable {
        let entropy = Entropy::seeded(1);
        let document = |name: &&str| AvailableDocument {
            id: FileId::generate(&entropy, DateTime::from_millis(1)),
            name: FileName::sanitise(name),
            from: Some("Grace <i>H</i>".to_owned()),
        };
        DocumentsAvailable {
            name: None,
            documents: names.iter().map(document).collect(),
            more: false,
            invitation_url: None,
            service_url: SERVICE.to_owned(),
            unsubscribe_url: format!("{SERVICE}/unsubscribe/abc-_="),
        }
    }

    #[test]
    fn one_document_and_several_are_told_in_other_words_and_names_stay_text() {
        let one = told(&["report & plan.docx"]);
        let id = one.documents[0].id.to_string();
        let rendered = Email::DocumentsAvailable(one).render(Place::Page).unwrap();
        assert_eq!(rendered.subject, "A document is ready for you");
        for part in [
            "a document is ready for you:",
            "report & plan.docx",
            "from Grace <i>H</i>",
            &format!("{SERVICE}/documents/{id}"),
            &format!("{SERVICE}/unsubscribe/abc-_="),
        ] {
            assert!(rendered.text.contains(part), "{part}: {}", rendered.text);
        }
        assert!(!rendered.text.contains("no account yet"));
        let page = format!("href=\"{SERVICE}/documents/{id}\"");
        for part in ["report &amp; plan.docx", "Grace &lt;i&gt;H", &page] {
            assert!(rendered.html.contains(part), "{part}: {}", rendered.html);
        }
        let rendered = Email::DocumentsAvailable(told(&["a.docx", "b.docx"]));
        let rendered = rendered.render(Place::Page).unwrap();
        assert_eq!(rendered.subject, "Documents are ready for you");
        let heading = ">Documents are ready for you</h1>";
        assert!(rendered.html.contains(heading), "{}", rendered.html);
    }

    #[test]
    fn without_a_console_programs_are_told_where_a_document_is() {
        let one = told(&["a.docx"]);
        let id = one.documents[0].id.to_string();
        let rendered = Email::DocumentsAvailable(one).render(Place::Api).unwrap();
        let place = format!("{SERVICE}/v1/files/{id}");
        assert!(rendered.text.contains(&place), "{}", rendered.text);
        assert!(rendered.html.contains(&id), "{}", rendered.html);
        assert!(!rendered.html.contains("/documents/"), "{}", rendered.html);
        for (value, place) in [("off", Place::Api), ("on", Place::Page), ("", Place::Page)] {
            let variables = [("CONSOLE".to_owned(), value.to_owned())];
            assert_eq!(Place::read(&Environment::of(variables)), place, "{value}");
        }
    }

    #[test]
    fn an_invitation_is_in_both_forms_and_lines_of_text_fit_a_terminal() {
        let url = format!("{SERVICE}/invitation/xyz");
        let email = Email::DocumentsAvailable(DocumentsAvailable {
            invitation_url: Some(url.clone()),
            more: true,
            ..told(&["a.docx"])
        });
        let rendered = email.render(Place::Page).unwrap();
        assert!(rendered.text.contains(&url) && rendered.html.contains(&url));
        for line in rendered.text.lines() {
            assert!(line.chars().count() <= 76, "{line}");
        }
        assert!(!format!("{email:?}").contains("xyz"));
    }

    #[test]
    fn whoever_downloaded_is_named_or_left_out() {
        let told = |by: Option<&str>| Email::FirstDownload {
            name: Some("Grace".to_owned()),
            document: FileName::sanitise("a.docx"),
            by: by.map(str::to_owned),
        };
        let rendered = told(Some("ada@example.com")).render(Place::Page).unwrap();
        assert!(rendered.text.contains("downloaded by ada@example.com."));
        assert!(rendered.html.contains("downloaded by ada@example.com."));
        let rendered = told(None).render(Place::Page).unwrap();
        assert!(
            !rendered.text.contains("downloaded by"),
            "{}",
            rendered.text
        );
    }
}
