//! What a refusal of the server is about.

use super::Error;

impl Error {
    /// Whether the server answered, and what it answered was no.
    pub(crate) fn is_refusal(&self) -> bool {
        use mongodb::error::ErrorKind;
        match self {
            Self::Refused { .. } => true,
            Self::Database { source, .. } => matches!(source.kind.as_ref(), ErrorKind::Command(_)),
            _ => false,
        }
    }

    /// Whether the server refused the command as a whole, with this code.
    pub(crate) fn has_code(&self, code: i32) -> bool {
        use mongodb::error::ErrorKind;
        let Self::Database { source, .. } = self else {
            return false;
        };
        matches!(source.kind.as_ref(), ErrorKind::Command(command) if command.code == code)
    }

    /// Whether the server gave a write up because a document stayed locked, as by a transaction: the
    /// write took longer than it may, or met another one.
    pub(crate) fn is_about_lock(&self) -> bool {
        const MAX_TIME_EXPIRED: i32 = 50;
        const WRITE_CONFLICT: i32 = 112;
        self.write_code()
            .is_some_and(|code| [MAX_TIME_EXPIRED, WRITE_CONFLICT].contains(&code))
    }

    /// Whether the same write would be refused again: the answer is about what was to be written,
    /// and not about the connection, the state of the server, or our rights.
    pub(crate) fn is_about_content(&self) -> bool {
        use mongodb::error::{ErrorKind, WriteFailure};
        match self {
            Self::Codec(_) => true,
            Self::Refused { code, .. } => is_about_content(*code),
            Self::Database { source, .. } => match source.kind.as_ref() {
                ErrorKind::BsonSerialization(_) | ErrorKind::InvalidArgument { .. } => true,
                #[cfg(feature = "bson-3")]
                ErrorKind::Bson(_) => true,
                ErrorKind::Command(command) => is_about_content(command.code),
                ErrorKind::Write(WriteFailure::WriteError(write)) => is_about_content(write.code),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the server refused a write for what the document holds: for its size, or because an
    /// expression does not know what to do with a value.
    pub(crate) fn is_about_document(&self) -> bool {
        self.write_code()
            .is_some_and(|code| is_about_content(code) || is_about_expression(code))
    }

    /// Whether the document would have become too large.
    pub(crate) fn is_about_size(&self) -> bool {
        self.write_code()
            .is_some_and(|code| TOO_LARGE.contains(&code))
    }

    /// The code with which the server refused a write.
    fn write_code(&self) -> Option<i32> {
        use mongodb::error::{ErrorKind, WriteFailure};
        let code = match self {
            Self::Refused { code, .. } => *code,
            Self::Database { source, .. } => match source.kind.as_ref() {
                ErrorKind::Command(command) => command.code,
                ErrorKind::Write(WriteFailure::WriteError(write)) => write.code,
                _ => return None,
            },
            _ => return None,
        };
        Some(code)
    }
}

/// BSONObjectTooLarge, and the assertions about a document that grew too large.
const TOO_LARGE: [i32; 3] = [10334, 17419, 17420];

/// BadValue, FailedToParse, TypeMismatch, Overflow, InvalidLength, InvalidBSON, PathNotViable,
/// DollarPrefixedFieldName, InvalidIdField, InvalidDBRef, EmptyFieldName, DottedFieldName,
/// ImmutableField, DocumentValidationFailure, CannotIndexParallelArrays, InvalidBSONType,
/// NonConformantBSON, BSONObjectTooLarge, and the assertions about an index key and about a document
/// that grew too large. The names are in `src/mongo/base/error_codes.yml` of the server's source.
const ABOUT_CONTENT: [i32; 21] = [
    2, 9, 14, 15, 16, 22, 28, 52, 53, 55, 56, 57, 66, 121, 171, 357, 378, 10334, 17280, 17419,
    17420,
];

fn is_about_content(code: i32) -> bool {
    ABOUT_CONTENT.contains(&code)
}

/// Assertions of the server's expressions have numbers of their own, far above those of its errors
/// about connections, elections and rights. Two of the latter are up there, too.
fn is_about_expression(code: i32) -> bool {
    const FIRST: i32 = 12_000;
    const NOT_PRIMARY: [i32; 2] = [13_435, 13_436];
    code >= FIRST && !NOT_PRIMARY.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_about_what_is_written_are_told_from_those_about_the_server() {
        let (nested, too_large, grown) = (15, 10334, 17419);
        for code in [nested, too_large, grown, 121] {
            assert!(is_about_content(code), "{code}");
        }
        let (unauthorized, timed_out, conflict, stepped_down, disk) = (13, 50, 112, 10107, 14031);
        for code in [
            unauthorized,
            timed_out,
            conflict,
            stepped_down,
            disk,
            189,
            8000,
        ] {
            assert!(!is_about_content(code), "{code}");
        }
    }
}
