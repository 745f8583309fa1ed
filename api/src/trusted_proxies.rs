//! The proxies in front of the service, and what they say of its clients.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The header in which proxies say who sent them a request, each behind what it was told.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The addresses of the proxies that are believed. Everybody else can write any header: what comes
/// from elsewhere says nothing about its client.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// The rule of `TRUSTED_PROXIES`.
    pub const RULE: &str = "must be the addresses or networks of proxies, separated by commas, such as \
        10.0.0.0/8,2001:db8::7, each network by its first address, and none of everybody (/0)";

    /// The address of the client of a request that came from `peer`: the last one in the chain that
    /// is no trusted proxy. Each proxy adds who sent it the request to the end of
    /// `X-Forwarded-For`, so the chain is read from its end, and only as far as it was written by
    /// proxies that are trusted. Where it ends or cannot be read, the client is the last proxy.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut senders = senders(headers);
        while self.trusts(client) {
            match senders.next() {
                Some(Some(sender)) => client = sender,
                Some(None) | None => break,
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for TrustedProxies {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let networks = text.split(',').map(|part| network(part.trim()).ok_or(()));
        networks.collect::<Result<_, _>>().map(Self)
    }
}

/// A network that is written by its first address, or one address.
fn network(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().into(),
        Err(_) => text.parse::<IpNet>().ok()?,
    };
    // Addresses are compared in their canonical form, which no such network would match.
    let is_canonical = network.addr() == network.addr().to_canonical();
    let is_first = network == network.trunc();
    (is_canonical && is_first && network.prefix_len() > 0).then_some(network)
}

/// Who sent the request to whom, the last one first; nothing in the place of what is no address.
/// Several headers are one list (RFC 9110 §5.3), and empty elements are none (§5.6.1).
fn senders(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let values = headers.get_all(X_FORWARDED_FOR).into_iter().rev();
    let elements = values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    let elements = elements.map(<[u8]>::trim_ascii);
    elements.filter(|it| !it.is_empty()).map(sender)
}

/// An address, with a port or without.
fn sender(element: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(element).ok()?;
    let with_port = text.parse().map(|address: SocketAddr| address.ip());
    let in_brackets = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let alone = in_brackets.unwrap_or(text).parse();
    let address: IpAddr = with_port.or(alone).ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const PROXIES: &str = "10.0.0.0/8, 192.0.2.7,2001:db8:ffff::/48";

    /// The client of a request from `peer` with these headers, where [`PROXIES`] are trusted.
    fn client(peer: &str, lines: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line).expect("a header");
            headers.append(X_FORWARDED_FOR, value);
        }
        let proxies: TrustedProxies = PROXIES.parse().expect("proxies");
        let peer = peer.parse().expect("an address");
        proxies.client(peer, &headers).to_string()
    }

    #[test]
    fn what_a_trusted_proxy_adds_is_believed() {
        for (peer, line, expected) in [
            ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
            ("::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"),
            ("10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"),
            ("10.1.2.3", " 2001:db8::1 ", "2001:db8::1"),
            ("10.1.2.3", "203.0.113.9:4711", "203.0.113.9"),
            ("10.1.2.3", "[2001:db8::1]:4711", "2001:db8::1"),
            ("10.1.2.3", "[2001:db8::1]", "2001:db8::1"),
            (
                "2001:db8:ffff:1::2",
                "203.0.113.9, 192.0.2.7",
                "203.0.113.9",
            ),
        ] {
            assert_eq!(client(peer, &[line.as_bytes()]), expected, "{line}");
        }
    }

    #[test]
    fn what_stands_before_the_first_untrusted_address_is_not_believed() {
        for line in [
            "198.51.100.1, 203.0.113.9",
            "10.9.9.9, 203.0.113.9, 10.0.0.2",
            "junk, 203.0.113.9, 192.0.2.7, 10.0.0.2",
            ",,10.9.9.9,\t203.0.113.9 ,, 10.0.0.2,",
        ] {
            let believed = client("10.1.2.3", &[line.as_bytes()]);
            assert_eq!(believed, "203.0.113.9", "{line}");
        }
    }

    #[test]
    fn several_headers_are_one_list_in_their_order() {
        let lines: [&[u8]; 3] = [b"198.51.100.1", b"10.9.9.9, 203.0.113.9", b"10.0.0.2"];
        assert_eq!(client("10.1.2.3", &lines), "203.0.113.9");
    }

    #[test]
    fn where_the_chain_ends_or_cannot_be_read_the_client_is_the_last_trusted_proxy() {
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(client("10.1.2.3", &[b"10.0.0.2"]), "10.0.0.2");
        let unreadable: [&[u8]; 9] = [
            b"unknown",
            b"_hidden",
            b"203.0.113.9:99999",
            b"203.0.113",
            b"0203.0.113.9",
            b"[2001:db8::1",
            b"fe80::1%eth0",
            b"\"203.0.113.9\"",
            b"\xff\xfe",
        ];
        for element in unreadable {
            let line = [b"198.51.100.1, " as &[u8], element, b", 10.0.0.2"].concat();
            assert_eq!(client("10.1.2.3", &[&line]), "10.0.0.2", "{element:?}");
        }
    }

    #[test]
    fn no_other_header_is_read() {
        let proxies: TrustedProxies = PROXIES.parse().expect("proxies");
        let mut headers = HeaderMap::new();
        for name in [
            "forwarded",
            "x-real-ip",
            "x-client-ip",
            "true-client-ip",
            "x-forwarded",
            "x-forwarded-host",
        ] {
            headers.insert(name, HeaderValue::from_static("for=203.0.113.9"));
        }
        let peer: IpAddr = "10.1.2.3".parse().expect("an address");
        assert_eq!(proxies.client(peer, &headers), peer);
    }

    #[test]
    fn without_a_setting_nobody_is_trusted() {
        let mut headers = HeaderMap::new();
        headers.insert(X_FORWARDED_FOR, HeaderValue::from_static("203.0.113.9"));
        let peer: IpAddr = "127.0.0.1".parse().expect("an address");
        assert_eq!(TrustedProxies::default().client(peer, &headers), peer);
    }

    #[test]
    fn a_setting_that_names_no_proxies_or_everybody_is_refused() {
        for good in ["10.0.0.0/8", "::1", "::ffff:10.0.0.1", "fd00::/8,127.0.0.1"] {
            assert!(good.parse::<TrustedProxies>().is_ok(), "{good}");
        }
        for bad in [
            "*",
            "proxy.example.com",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "0.0.0.0/0",
            "::/0",
            "::ffff:10.0.0.0/104",
            "10.0.0.1,,10.0.0.2",
            "10.0.0.1 10.0.0.2",
        ] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn who_is_no_proxy_says_nothing(lines in prop::collection::vec("[ -~]{0,60}", 0..4)) {
            let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
            prop_assert_eq!(client("203.0.113.9", &lines), "203.0.113.9");
        }

        #[test]
        fn a_client_changes_nothing_by_what_it_writes(
            lines in prop::collection::vec("[ -~]{0,60}", 0..4)
        ) {
            let mut lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
            lines.push(b"203.0.113.9, 10.0.0.2");
            prop_assert_eq!(client("10.1.2.3", &lines), "203.0.113.9");
        }
    }
}
