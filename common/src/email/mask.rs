//! An address for log lines, and text without an address that it has.

use super::EmailAddress;

/// A shorter word is as likely part of the sentence.
const MIN_MASKED_BYTES: usize = 4;

impl EmailAddress {
    /// The address for a log line: first character and domain.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or(("", &self.0));
        let first = local.chars().next().unwrap_or('*');
        format!("{first}***@{domain}")
    }

    /// `text`, in which this address is [masked](Self::masked) wherever it stands, and so is what
    /// comes before its `@` where it stands as a word of its own. Of a sub-address (RFC 5233) the mailbox is
    /// masked as well: a server may speak of that alone.
    pub fn mask_in(&self, text: &str) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let mailbox = local.split_once('+').map_or(local, |(mailbox, _)| mailbox);
        let masked = mask_mailbox(text, local, domain);
        mask_mailbox(&masked, mailbox, domain)
    }
}

/// `text` in which the address `local@domain` is masked, and `local` where it is a word of its own.
fn mask_mailbox(text: &str, local: &str, domain: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_wherever_it_stands() {
        let address: EmailAddress = "Ada@example.com".parse().unwrap();
        let said = "550 <ada@EXAMPLE.com>: no ñ such Ada@example.com, bob@example.com";
        assert_eq!(
            address.mask_in(said),
            "550 <A***@example.com>: no ñ such A***@example.com, bob@example.com"
        );
    }

    #[test]
    fn what_comes_before_the_at_sign_is_masked_as_a_word() {
        let address: EmailAddress = "grace.hopper@example.com".parse().unwrap();
        for (said, shown) in [
            ("451 <grace.hopper", "451 <g***"),
            ("no Grace.Hopper at example.com", "no g*** at example.com"),
            ("grace.hopper=example.com@list", "g***=example.com@list"),
            ("grace.hopper%40example.com", "g***%40example.com"),
            ("grace.hopper+x@example.com", "g***+x@example.com"),
            ("grace.hoppers", "grace.hoppers"),
        ] {
            assert_eq!(address.mask_in(said), shown);
        }
        let short: EmailAddress = "us@example.com".parse().unwrap();
        assert_eq!(short.mask_in("let us see"), "let us see");
    }

    #[test]
    fn the_mailbox_of_a_sub_address_is_masked_as_well() {
        let address: EmailAddress = "grace.hopper+x1@example.com".parse().unwrap();
        for (said, shown) in [
            ("<grace.hopper+x1@example.com>", "<g***@example.com>"),
            ("550 <Grace.Hopper@example.com>", "550 <g***@example.com>"),
            ("no grace.hopper here", "no g*** here"),
        ] {
            assert_eq!(address.mask_in(said), shown);
        }
        let short: EmailAddress = "ada+x@example.com".parse().unwrap();
        assert_eq!(short.mask_in("no ada@example.com"), "no a***@example.com");
    }
}
