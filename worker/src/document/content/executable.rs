//! Programs stored as parts.

/// Whether a part begins as a program for Windows, Linux, macOS or the Java machine.
pub(super) fn is_program(head: &[u8]) -> bool {
    const SIGNATURES: [&[u8]; 7] = [
        b"MZ",
        b"\x7FELF",
        b"\xCA\xFE\xBA\xBE",
        b"\xFE\xED\xFA\xCE",
        b"\xFE\xED\xFA\xCF",
        b"\xCE\xFA\xED\xFE",
        b"\xCF\xFA\xED\xFE",
    ];
    SIGNATURES
        .iter()
        .any(|signature| head.starts_with(signature))
}
