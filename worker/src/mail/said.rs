//! What the mail server says when it does not take a mail.

use dossier_common::email::EmailAddress;

/// What may stand before the `@` of an address, besides letters and digits (RFC 5321 §4.1.2).
const OTHERS_BEFORE_AT: &str = "!#$%&'*+-/=?^_`{|}~.";

/// `text` without the address of the recipient, and without any other: of an alias, a server names the
/// address behind it.
pub(super) fn masked(text: &str, to: &EmailAddress) -> String {
    let text = to.mask_in(text);
    let mut parts = text.split('@').peekable();
    let mut masked = String::with_capacity(text.len());
    while let Some(part) = parts.next() {
        let Some(after) = parts.peek() else {
            masked.push_str(part);
            break;
        };
        let (before, local) = part.split_at(part.trim_end_matches(is_before_at).len());
        masked.push_str(before);
        match local.chars().next() {
            Some(first) if after.starts_with(char::is_alphanumeric) => {
                masked.push(first);
                masked.push_str("***");
            }
            _ => masked.push_str(local),
        }
        masked.push('@');
    }
    masked
}

fn is_before_at(c: char) -> bool {
    c.is_alphanumeric() || OTHERS_BEFORE_AT.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_left_whole() {
        let to = "grace@example.com".parse().unwrap();
        for (said, shown) in [
            (
                "550 5.1.1 <ada.l+x@hidden.example> (alias of Grace@example.com) unknown",
                "550 5.1.1 <a***@hidden.example> (alias of g***@example.com) unknown",
            ),
            ("no grace, ask ada@a.example", "no g***, ask a***@a.example"),
            ("a@b.example,c@d.example", "a***@b.example,c***@d.example"),
            (
                "limit of 5 @ once; @home <é@x",
                "limit of 5 @ once; @home <é***@x",
            ),
            ("451 try later", "451 try later"),
        ] {
            assert_eq!(masked(said, &to), shown);
            assert_eq!(masked(shown, &to), shown);
        }
    }
}
