//! What shells need to complete a program's commands.

use clap::Command;
pub use clap_complete::Shell;
use clap_complete::generate;

/// The script with which `shell` completes `command`, which is called `program`.
pub fn completions(shell: Shell, mut command: Command, program: &str) -> String {
    let mut script = Vec::new();
    generate(shell, &mut command, program, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // clap_complete 4.6 calls a program with a hyphen otherwise where it finds out which command is
        // meant than where it says what follows that command, and so nothing would.
        Shell::Bash => script.replace(
            &program.replace('-', "__subcmd__"),
            &program.replace('-', "__"),
        ),
        _ => script,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_one_name_in_the_script_of_bash() {
        let command = Command::new("two-words").subcommand(Command::new("go-on"));
        let script = completions(Shell::Bash, command, "two-words");
        assert!(
            script.contains("two__words__subcmd__go__subcmd__on)"),
            "{script}"
        );
        assert!(!script.contains("two__subcmd__words"), "{script}");
    }
}
