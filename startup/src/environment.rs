//! Reading variables and collecting what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// One sentence per variable, naming it and its rule, never its value.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "the configuration has {} problem(s); .env.example describes every variable:",
            self.problems.len()
        )?;
        self.problems
            .iter()
            .try_for_each(|problem| writeln!(f, "  - {problem}"))
    }
}

/// The variables of a process and the problems found while reading them.
pub struct Environment {
    variables: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl Environment {
    /// The variables of this process. Empty ones count as absent.
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// The given variables. Empty ones count as absent.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            variables: variables
                .into_iter()
                .filter(|(_, value)| !value.trim().is_empty())
                .collect(),
            problems: Vec::new(),
        }
    }

    /// The text of `name`, if it is set.
    pub fn text(&self, name: &str) -> Option<String> {
        self.variables
            .get(name)
            .map(|value| value.trim().to_owned())
    }

    /// The value of `name`, or `default`; a problem with `rule` when it cannot be read.
    pub fn value<T: FromStr>(&mut self, name: &str, rule: &str, default: T) -> T {
        match self.text(name).map(|text| text.parse()) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.problem(name, rule);
                default
            }
        }
    }

    /// The number in `name` when it lies within `range`, or `default`.
    pub fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
        default: u64,
    ) -> u64 {
        let rule = format!(
            "must be a whole number from {} to {}",
            range.start(),
            range.end()
        );
        let value = self.value(name, &rule, default);
        if range.contains(&value) {
            return value;
        }
        self.problem(name, &rule);
        default
    }

    /// The value of `name`, which must be set; a problem and `None` when it is not.
    pub fn required<T: FromStr>(&mut self, name: &str, rule: &str) -> Option<T> {
        let parsed = self.text(name).and_then(|text| text.parse().ok());
        if parsed.is_none() {
            let absent = if self.text(name).is_none() {
                " (it is not set)"
            } else {
                ""
            };
            self.problem(name, format!("{rule}{absent}"));
        }
        parsed
    }

    /// The secret in `name`, or in the file that `<name>_FILE` names; a problem when neither is
    /// there or both are.
    pub fn secret(&mut self, name: &str, rule: &str) -> Option<SecretString> {
        let file_variable = format!("{name}_FILE");
        match (self.text(name), self.text(&file_variable)) {
            (Some(_), Some(_)) => {
                self.problem(name, format!("set it or {file_variable}, not both"));
                None
            }
            (Some(value), None) => Some(value.into()),
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned().into()),
                Ok(_) => {
                    self.problem(&file_variable, "names an empty file");
                    None
                }
                Err(error) => {
                    self.problem(&file_variable, format!("cannot be read: {error}"));
                    None
                }
            },
            (None, None) => {
                self.problem(
                    name,
                    format!("{rule} (neither it nor {file_variable} is set)"),
                );
                None
            }
        }
    }

    /// Notes that `name` breaks `rule`.
    pub fn problem(&mut self, name: &str, rule: impl fmt::Display) {
        self.problems.push(format!("{name}: {rule}"));
    }

    /// `settings`, provided that nothing was wrong.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem, also when `settings` could not be put together.
    pub fn finish<T>(self, settings: Option<T>) -> Result<T, ConfigError> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(ConfigError {
                problems: self.problems,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::of(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        )
    }

    #[test]
    fn every_problem_is_told_at_once_by_name_and_rule_and_no_value_is_shown() {
        let mut env = environment(&[("PORT", "s3cret"), ("LIMIT", "70"), ("EMPTY", " ")]);
        assert_eq!(env.value("PORT", "must be a port", 1_u16), 1);
        assert_eq!(env.number("LIMIT", 1..=60, 5), 5);
        assert_eq!(env.required::<u16>("EMPTY", "must be set"), None);
        assert!(env.secret("KEY", "must be a key").is_none());
        let error = env.finish(Some(())).unwrap_err();
        assert_eq!(error.problems.len(), 4);
        let text = error.to_string();
        for name in ["PORT", "LIMIT", "EMPTY", "KEY"] {
            assert!(text.contains(name), "{text}");
        }
        assert!(!text.contains("s3cret"));
    }

    #[test]
    fn a_secret_comes_from_its_variable_or_from_a_file_but_not_from_both() {
        use secrecy::ExposeSecret;
        let path = std::env::temp_dir().join(format!("dossier-secret-{}", std::process::id()));
        std::fs::write(&path, "  hush\n").unwrap();
        let path_text = path.to_str().unwrap();
        let mut env = environment(&[("KEY_FILE", path_text)]);
        assert_eq!(env.secret("KEY", "rule").unwrap().expose_secret(), "hush");
        let mut both = environment(&[("KEY", "x"), ("KEY_FILE", path_text)]);
        assert!(both.secret("KEY", "rule").is_none());
        assert!(both.finish(Some(())).is_err());
        std::fs::remove_file(path).unwrap();
    }
}
