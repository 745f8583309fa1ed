//! Where clamd listens.

use std::path::PathBuf;

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// `host:port`
    Tcp(String),
    /// The path of a socket.
    Unix(PathBuf),
}

impl Address {
    /// Reads `tcp://host:port` or `unix:///path`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("unix://") {
            return path.starts_with('/').then(|| Self::Unix(path.into()));
        }
        let host = text.strip_prefix("tcp://")?.trim_end_matches('/');
        let (name, port) = host.rsplit_once(':')?;
        let valid = !name.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
        valid.then(|| Self::Tcp(host.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_are_understood() {
        let tcp = Address::parse("tcp://127.0.0.1:3310");
        assert_eq!(tcp, Some(Address::Tcp("127.0.0.1:3310".to_owned())));
        let unix = Address::parse("unix:///run/clamd.sock");
        assert_eq!(unix, Some(Address::Unix("/run/clamd.sock".into())));
        for bad in [
            "",
            "tcp://",
            "tcp://host",
            "tcp://host:0",
            "unix://x",
            "http://host:1",
        ] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }
}
