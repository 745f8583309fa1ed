//! How the project's own programs are run: in the developer's environment, with what the
//! stack decides on top.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::error::Error;

/// How long a service may take until it says that it is ready, or until it has stopped.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A command whose `variables` win over the developer's, also over their `…_FILE` forms.
pub(super) fn command(program: &Path, variables: &[(&str, String)]) -> Command {
    let mut command = Command::new(program);
    for (name, value) in variables {
        command.env(name, value).env_remove(format!("{name}_FILE"));
    }
    command
}

/// Runs a program to its end, with `input` as its standard input, and returns what it wrote.
pub(super) async fn run_once(command: Command, input: &str) -> Result<String, Error> {
    let said = name_and_arguments(&command);
    let failed = || Error::io(format!("run `{said}`"));
    let mut child = tokio::process::Command::from(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed())?;
    let mut stdin = child.stdin.take().expect("its input is piped");
    // A program that does not read its input closes it; what matters is how it ends.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = child.wait_with_output().await.map_err(failed())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said_all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    Err(Error::Failed {
        command: said,
        status: output.status,
        output: said_all,
    })
}

/// The command as one would type it, without its variables, which hold secrets.
fn name_and_arguments(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}
