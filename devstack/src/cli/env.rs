//! `cargo dev env`

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{output, running};

pub(super) fn print_env() -> Result<ExitCode> {
    for (name, value) in running::record()?.variables() {
        let word = shell_word(&value).with_context(|| format!("quoting {name}"))?;
        output::line(format!("{name}={word}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The value as a shell takes it in an assignment. What means nothing there stays bare, so that
/// programs that split lines at `=` read the usual values as they are.
fn shell_word(value: &str) -> Result<String> {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=?@_".contains(c);
    if value.chars().all(is_bare) {
        return Ok(value.to_owned());
    }
    Ok(shlex::try_quote(value)?.into_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::shell_word;

    #[test]
    fn a_shell_reads_back_what_was_written() {
        for value in [
            "",
            "mongodb://127.0.0.1:27017/dossier?replicaSet=rs0",
            "mongodb://u:p%40s@h/d?replicaSet=rs0&authSource=admin",
            "/home/o'brien/my \"files\" & $HOME `id` \\ * ~ # ; (x) <y> !z",
            "two\nlines",
        ] {
            let word = shell_word(value).expect("it can be quoted");
            let script = format!("V={word}\nprintf %s \"$V\"");
            let read = Command::new("sh").args(["-euc", &script]).output();
            let read = read.expect("there is a shell");
            assert_eq!(String::from_utf8_lossy(&read.stdout), value, "{word}");
        }
    }

    #[test]
    fn an_ordinary_value_stays_as_it_is() {
        let uri = "mongodb://127.0.0.1:27017/dossier?replicaSet=rs0";
        assert_eq!(shell_word(uri).expect("it can be quoted"), uri);
    }
}
