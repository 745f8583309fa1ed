//! Programs stored as parts.

/// How much of a part is kept to look at.
const HEAD_BYTES: usize = 4 * 1024;
/// Where a program for Windows says where its real header is.
const WINDOWS_OFFSET: usize = 60;

/// Looks for a program in the bytes of a part, which come in pieces.
#[derive(Default)]
pub(super) struct ProgramSearch {
    head: Vec<u8>,
    /// The bytes where the real header of a program for Windows should be, if that is behind the head.
    header: Vec<u8>,
    position: u64,
}

impl ProgramSearch {
    /// Looks at the next piece.
    pub(super) fn look(&mut self, piece: &[u8]) {
        let room = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
        if let Some(place) = windows_header(&self.head) {
            let wanted = place + self.header.len() as u64;
            let missing = 4_usize.saturating_sub(self.header.len());
            let within = wanted.checked_sub(self.position);
            if let Some(from) = within.and_then(|from| usize::try_from(from).ok())
                && let Some(found) = piece.get(from..)
            {
                self.header
                    .extend_from_slice(&found[..found.len().min(missing)]);
            }
        }
        self.position += piece.len() as u64;
    }

    /// Whether the part is a program for Windows, Linux, macOS or the Java machine.
    pub(super) fn found(&self) -> bool {
        let head = &self.head[..];
        self.is_windows() || is_elf(head) || is_mach_o(head) || is_java(head)
    }

    /// Two letters are no proof: pictures and fonts begin with them by chance.
    fn is_windows(&self) -> bool {
        let Some(place) = windows_header(&self.head) else {
            return false;
        };
        let in_head = usize::try_from(place)
            .ok()
            .and_then(|place| self.head.get(place..))
            .is_some_and(|header| header.starts_with(b"PE\0\0"));
        in_head || self.header == b"PE\0\0"
    }
}

/// Where a file that begins as a program for Windows says that its real header is.
fn windows_header(head: &[u8]) -> Option<u64> {
    let offset = head.get(WINDOWS_OFFSET..)?.first_chunk::<4>()?;
    head.starts_with(b"MZ")
        .then(|| u64::from(u32::from_le_bytes(*offset)))
        .filter(|&place| place >= 4)
}

/// Class, byte order, version, then type and machine in that order.
fn is_elf(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<20>() else {
        return false;
    };
    let halves = |at: usize| match header[5] {
        2 => u16::from_be_bytes([header[at], header[at + 1]]),
        _ => u16::from_le_bytes([header[at], header[at + 1]]),
    };
    header.starts_with(b"\x7FELF")
        && matches!(header[4], 1 | 2)
        && matches!(header[5], 1 | 2)
        && header[6] == 1
        && matches!(halves(16), 1..=4)
        && halves(18) != 0
}

/// A known machine and type of file, or a bundle for several machines.
fn is_mach_o(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<16>() else {
        return false;
    };
    let word = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
    let (machine, file_type) = match &word(0) {
        b"\xFE\xED\xFA\xCE" | b"\xFE\xED\xFA\xCF" => {
            (u32::from_be_bytes(word(4)), u32::from_be_bytes(word(12)))
        }
        b"\xCE\xFA\xED\xFE" | b"\xCF\xFA\xED\xFE" => {
            (u32::from_le_bytes(word(4)), u32::from_le_bytes(word(12)))
        }
        // A bundle: how many machines, then the first one.
        b"\xCA\xFE\xBA\xBE" if u32::from_be_bytes(word(4)) <= 32 => {
            return is_machine(u32::from_be_bytes(word(8)));
        }
        _ => return false,
    };
    is_machine(machine) && (1..=12).contains(&file_type)
}

/// 68k, x86, ARM, PowerPC, each with or without 64 bits.
fn is_machine(machine: u32) -> bool {
    matches!(machine & 0x00FF_FFFF, 6 | 7 | 12 | 18)
}

/// The version of a class file follows its signature: from Java 1.0 (45) on.
fn is_java(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<10>() else {
        return false;
    };
    let version = u16::from_be_bytes([header[6], header[7]]);
    let constants = u16::from_be_bytes([header[8], header[9]]);
    header.starts_with(b"\xCA\xFE\xBA\xBE") && (45..=200).contains(&version) && constants > 0
}
