//! Whether the web console is served.

use std::str::FromStr;

/// Whether the web console is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConsoleSetting {
    /// It is.
    #[default]
    On,
    /// None of its routes exists.
    Off,
}

impl ConsoleSetting {
    /// What `CONSOLE` must be.
    pub const RULE: &'static str = "must be on or off";
}

impl FromStr for ConsoleSetting {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.trim() {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(()),
        }
    }
}
