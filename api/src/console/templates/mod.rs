//! The templates of pages, under `api/console/templates`, compiled when the first page is shown.

mod filters;
mod functions;

use std::sync::LazyLock;

use include_dir::{Dir, File, include_dir};
use minijinja::{Environment, Error, State, UndefinedBehavior, Value};

use super::words::Locale;

static SOURCES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/console/templates");

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // Fields that a body leaves out when there is nothing to tell are none: false in an `if`, unlike any text.
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    functions::add(&mut environment);
    filters::add(&mut environment);
    for (name, source) in sources() {
        let added = environment.add_template(name, source);
        added.expect("the templates are compiled in, and a test compiles each");
    }
    environment
});

/// The page made from the template `name` and `values`, which are its own and what every page is made with:
/// `caller`, `path`, `again`, `locale`, `csrf`, `done` and `problem`.
pub(super) fn render(name: &str, values: Value) -> Result<String, Error> {
    ENVIRONMENT.get_template(name)?.render(values)
}

/// Every template: its name, such as `documents/list.html`, and its text.
fn sources() -> Vec<(&'static str, &'static str)> {
    let mut folders = vec![&SOURCES];
    let mut files: Vec<&'static File<'static>> = Vec::new();
    while let Some(folder) = folders.pop() {
        files.extend(folder.files());
        folders.extend(folder.dirs());
    }
    let texts = files.into_iter();
    let texts = texts.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    texts.collect()
}

/// The language of the page that is being made.
fn locale(state: &State<'_, '_>) -> Locale {
    let locale = state.lookup("locale");
    let locale = locale.as_ref().and_then(Value::as_str);
    locale.and_then(Locale::known).unwrap_or(Locale::En)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn page(source: &str, values: Value) -> String {
        let usual = context! {
            caller => (), path => "/", csrf => "tok\"en", done => (), problem => (),
        };
        // Of two values with one name, the first counts.
        let values = context! { ..values, ..usual };
        let page = ENVIRONMENT.render_named_str("test.html", source, values);
        let page = page.unwrap_or_else(|error| panic!("{error:#}"));
        page.replace("&#x2f;", "/")
    }

    #[test]
    fn every_template_compiles() {
        assert!(ENVIRONMENT.templates().count() > 1);
    }

    #[test]
    fn every_role_has_its_pages_and_the_present_one_is_marked() {
        let source = "{% extends \"layout.html\" %}{% block content %}x{% endblock %}";
        for (role, path, present) in [
            ("client", "/documents/history", "/documents/history"),
            ("ops", "/documents/fil_1", "/documents"),
            ("admin", "/admin/jobs/job_1", "/admin/jobs"),
        ] {
            let caller =
                context! { email => "a@b.example", role, name => (), second_factor => true };
            let page = page(source, context! { caller, path, locale => "de" });
            assert!(page.contains("<html lang=\"de\">"), "{page}");
            assert!(
                page.contains(&format!("<a href=\"{present}\" aria-current=")),
                "{page}"
            );
            assert_eq!(page.matches("aria-current=").count(), 1, "{page}");
        }
    }

    #[test]
    fn values_in_words_are_escaped_and_markup_of_filters_is_kept() {
        let source = "{{ t('unit-second', count=1200) }} {{ t(name) }}";
        let page_of = |name: &str| page(source, context! { name, locale => "de" });
        assert_eq!(page_of("<b>"), "1.200 Sekunden &lt;b&gt;");
        let source = "{{ csrf_field() }}";
        let field = page(source, context! {});
        assert_eq!(
            field,
            "<input type=\"hidden\" name=\"csrf\" value=\"tok&quot;en\">"
        );
    }

    #[test]
    fn a_field_shows_the_rule_that_it_breaks() {
        let source = "{% import \"macros.html\" as ui %}{{ ui.field(\"email\", \"Address\", value=\"<x>\") }}";
        let errors = vec![context! { field => "email", message => "must be an address" }];
        let problem = context! { code => "invalid_fields", errors };
        let field = page(source, context! { problem, locale => "en" });
        for part in [
            "aria-invalid=\"true\"",
            "email-error",
            "must be an address",
            "&lt;x&gt;",
        ] {
            assert!(field.contains(part), "{field}");
        }
    }
}
