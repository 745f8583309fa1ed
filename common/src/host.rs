//! The machine that this process runs on.

/// Its name, as its system has it; in a container, the container's.
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_name() {
        assert!(!host_name().is_empty());
    }
}
