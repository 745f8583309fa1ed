//! Placeholder until the container stage lands.
use super::stop::Stop;
use super::window::Window;
use super::*;
pub(super) fn inspect(
    _: &mut Window<'_>,
    _: &Limits,
    _: &Policy,
    _: &mut Facts,
) -> Result<Verdict, Stop> {
    Err(Stop::Fail(InspectError::Io(std::io::Error::from(
        std::io::ErrorKind::Unsupported,
    ))))
}
