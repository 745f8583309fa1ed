//! Text without an address that it has.

/// A shorter word is as likely part of the sentence.
const MIN_MASKED_BYTES: usize = 4;

/// `text` in which the address `local@domain` is masked, and `local` where it is a word of its own.
pub(super) fn mask_mailbox(text: &str, local: &str, domain: &str) -> String {
    let Some(first) = local.chars().next() else {
        return text.to_owned();
    };
    let shown = format!("{first}***");
    let address = format!("{local}@{domain}");
    let masked = mask(text, &address, &format!("{shown}@{domain}"), |_| true);
    if local.len() < MIN_MASKED_BYTES {
        return masked;
    }
    mask(&masked, local, &shown, |around| {
        !around.into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// `text` with `mask` in place of every `word` of which `is_it` says so; it is told the characters
/// before and after. Upper and lower case of ASCII are the same.
fn mask(text: &str, word: &str, mask: &str, is_it: impl Fn([Option<char>; 2]) -> bool) -> String {
    // Folding ASCII alone moves no byte.
    let (folded, word) = (text.to_ascii_lowercase(), word.to_ascii_lowercase());
    let (mut masked, mut copied) = (String::with_capacity(text.len()), 0);
    for (start, found) in folded.match_indices(&word) {
        let end = start + found.len();
        if is_it([
            text[..start].chars().next_back(),
            text[end..].chars().next(),
        ]) {
            masked.push_str(&text[copied..start]);
            masked.push_str(mask);
            copied = end;
        }
    }
    masked.push_str(&text[copied..]);
    masked
}
