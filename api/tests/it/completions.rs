//! Shells are told how to complete `dossier-api`.

use crate::harness::Program;

#[tokio::test]
async fn every_shell_is_told_of_commands_and_options_without_a_setting() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, script) = Program::bare(&["completions", shell]).printed("").await;
        assert_eq!(code, 0, "{script}");
        for word in ["dossier-api", "serve", "healthcheck", "set-role", "reseal"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert!(!script.contains("dossier__subcmd__"), "{script}");
    }
}
