//! OLE compound files: password-protected documents, older Office formats, or neither.
//!
//! Only stream names are looked at, and how a protected document is encrypted. The directory is followed
//! sector by sector, without building any table in memory; where it is damaged, every place a directory entry
//! could have is looked at instead, so that a protected document with a sloppy allocation table still gets its
//! own answer.

mod chain;
mod directory;
mod encryption;
mod stream;

use super::reason::Reason;
use super::stop::Stop;
use super::window::Window;
use directory::Names;

/// The reason to reject a compound file; there is always one.
pub(super) fn inspect(window: &mut Window<'_>) -> Result<Stop, Stop> {
    let mut names = Names::default();
    let intact = directory::walk(window, &mut names)?;
    if !names.protected && !intact {
        directory::scan_everywhere(window, &mut names)?;
    }
    Ok(if names.rights_managed {
        Stop::reject(Reason::RightsManaged, "compound file with protected rights")
    } else if names.protected {
        let built_in_password = intact && has_built_in_password(window, &names)?;
        let reason = Reason::Encrypted { built_in_password };
        Stop::reject(reason, "compound file with an encrypted package")
    } else if names.legacy || !intact {
        Stop::reject(Reason::LegacyOffice, "compound file")
    } else {
        let detected = "another program's compound file".to_owned();
        Stop::reject(
            Reason::NotOffice { detected },
            "compound file without an Office stream",
        )
    })
}

/// Whether the package is encrypted with the password that Excel tries by itself.
fn has_built_in_password(window: &mut Window<'_>, names: &Names) -> Result<bool, Stop> {
    let (Some(root), Some(description)) = (names.root, names.description) else {
        return Ok(false);
    };
    let Some(description) = stream::read(window, root, description)? else {
        return Ok(false);
    };
    encryption::has_built_in_password(&description, window.steps())
}
