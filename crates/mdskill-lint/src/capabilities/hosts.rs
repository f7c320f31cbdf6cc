//! Hosts that a file names, in URLs and in `git@host:`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Found;
use super::text::TextFile;
use crate::capability::Kind;

/// What may stand before `://` for a host to be behind it.
const SCHEMES: [&str; 9] = [
    "https", "http", "ssh", "wss", "ws", "ftp", "ftps", "sftp", "git",
];
/// Longest placeholder that is passed over: `{{ … }}`, `<your company>`.
const MAX_PLACEHOLDER: usize = 64;
/// Longest name of a host. Source: RFC 1035, section 2.3.4.
const MAX_HOST: usize = 253;
/// Stands for what only whoever runs it knows: `$HOST`, `{region}`, `<tenant>`.
const UNKNOWN: char = '\0';

pub(super) fn look(file: &TextFile<'_>, found: &mut Found) {
    let mut tell = |at: usize, host: Option<String>| {
        if let Some(host) = host {
            found.add(Kind::Host, &host, file.path, Some(file.line(at)));
        }
    };
    let text = file.text.as_str();
    // JSON may have `\/` for each slash.
    for separator in ["://", ":\\/\\/"] {
        for (at, _) in text.match_indices(separator) {
            if names_host(&text[..at]) {
                tell(at, host_of(&text[at + separator.len()..]));
            }
        }
    }
    for (at, name) in text.match_indices("git@") {
        let rest = &text[at + name.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-._".contains(c));
        let (host, path) = rest.split_at(end.unwrap_or(rest.len()));
        if path
            .strip_prefix(':')
            .is_some_and(|path| path.starts_with(|c: char| !c.is_whitespace()))
        {
            tell(at, told(host));
        }
    }
}

/// Whether a text ends with a scheme. What names an XML vocabulary is written as a URL, and
/// nobody goes there.
fn names_host(before: &str) -> bool {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric();
    let scheme = before.trim_end_matches(is_of_scheme).len();
    let (before, scheme) = before.split_at(scheme);
    // `\nhttps` in a text of a program is `https`.
    let is_known = SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        || SCHEMES[..2]
            .iter()
            .any(|known| scheme.to_ascii_lowercase().ends_with(known));
    is_known && !names_vocabulary(before)
}

fn names_vocabulary(before: &str) -> bool {
    let Some(name) = before
        .strip_suffix(['"', '\''])
        .and_then(|before| before.strip_suffix('='))
    else {
        return false;
    };
    let start = name
        .trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == ':')
        .len();
    let name = &name[start..];
    name.starts_with("xmlns") || matches!(name, "targetNamespace" | "namespace")
}

/// Returns the host at the beginning of what is behind `://`.
fn host_of(rest: &str) -> Option<String> {
    let authority = authority(rest.trim_start_matches('/'));
    let host = authority.rsplit('@').next().unwrap_or_default();
    told(host)
}

/// Returns the part before the path, with [`UNKNOWN`] for placeholders.
fn authority(rest: &str) -> String {
    let mut found = String::new();
    let mut at = 0;
    while let Some(c) = rest[at..]
        .chars()
        .next()
        .filter(|_| found.len() <= MAX_HOST)
    {
        let here = &rest[at..];
        let is_at_edge = found.is_empty() || found.ends_with(['.', '@', '-', '/', UNKNOWN]);
        let (read, length) = match c {
            c if c.is_alphanumeric() || ".-_:@~+!=".contains(c) => (c, c.len_utf8()),
            '%' => percent(here),
            '$' => match here[1..].chars().next() {
                Some('{') => (UNKNOWN, 1 + enclosed(&here[1..], '}')),
                Some('(') => (UNKNOWN, 1 + enclosed(&here[1..], ')')),
                _ => {
                    let name = here[1..]
                        .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
                    (UNKNOWN, here.len() - name.len())
                }
            },
            '{' => (UNKNOWN, enclosed(here, '}')),
            '<' if is_at_edge => (UNKNOWN, enclosed(here, '>')),
            '*' if is_at_edge && here[1..].starts_with('.') => (UNKNOWN, 1),
            '[' if is_at_edge => {
                let length = enclosed(here, ']');
                if here[..length].contains(':') {
                    found.push_str(&here[..length]);
                    return found;
                }
                (UNKNOWN, length)
            }
            _ => break,
        };
        if length == 0 {
            break;
        }
        found.push(read);
        at += length;
    }
    found
}

/// Returns what `%2E` stands for; `%s` is a placeholder.
fn percent(here: &str) -> (char, usize) {
    let code = here
        .get(1..3)
        .and_then(|code| u8::from_str_radix(code, 16).ok());
    match code.filter(u8::is_ascii_graphic) {
        Some(code) => (char::from(code), 3),
        None => (UNKNOWN, here.chars().take(2).map(char::len_utf8).sum()),
    }
}

/// Returns the length of what is in brackets, doubled ones too; nothing when it has no end.
fn enclosed(here: &str, close: char) -> usize {
    let near = &here[..here.floor_char_boundary(MAX_PLACEHOLDER)];
    let near = near.lines().next().unwrap_or_default();
    near.find(close).map_or(0, |end| {
        let closing = near[end..].chars().take_while(|c| *c == close).count();
        end + closing.max(1)
    })
}

/// Returns a host as it is told: in small letters, without port, and with `*.` for what only whoever
/// runs it knows; nothing when no host is known.
fn told(host: &str) -> Option<String> {
    let host = host.to_lowercase();
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|host| host.split(']').next())
    {
        let address: Ipv6Addr = address.parse().ok()?;
        return is_elsewhere(address.into()).then(|| address.to_string());
    }
    let host = host.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches(['.', '_', '-', '!', '~', '=', '+']);
    let (host, is_part) = match host.rfind(UNKNOWN) {
        // `{account}.acme.io` is in acme.io, `{name}acme.io` may be anywhere.
        Some(at) => (host[at..].split_once('.')?.1, true),
        None => (host, false),
    };
    if !is_part && let Ok(address) = host.parse::<Ipv4Addr>() {
        return is_elsewhere(address.into()).then(|| address.to_string());
    }
    let is_number = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_digit())
            && label.chars().all(|c| c.is_ascii_hexdigit() || c == 'x')
    };
    // `3232235777` and `0xc0a80101` are addresses, too.
    let is_odd_address = !is_part && host.len() > 7 && is_number(host);
    let is_told = is_odd_address || is_name(host) && !is_reserved(host);
    is_told.then(|| match is_part {
        true => format!("*.{host}"),
        false => host.to_owned(),
    })
}

/// Whether it is a name with a dot, as all hosts of the internet have: `http://redis:6379` names what is
/// beside the one who runs it.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        (1..=MAX_HOST).contains(&label.len()) && label.chars().all(is_letter)
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    let has_top = top.chars().count() > 1 && top.starts_with(char::is_alphabetic);
    host.contains('.') && has_top && host.split('.').all(is_label)
}

/// Whether nobody can have the name: RFC 2606 keeps these for examples, and a list of hosts that
/// names `example.com` in every second skill hides the one that counts.
fn is_reserved(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    let (top, second) = (labels.next(), labels.next());
    match top {
        Some("example" | "test" | "invalid" | "localhost") => true,
        Some("com" | "net" | "org") => second == Some("example"),
        _ => false,
    }
}

/// Whether an address leads away from the machine, and is none that RFC 5737 and RFC 3849 keep for
/// examples.
fn is_elsewhere(address: IpAddr) -> bool {
    let is_documentation = match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => address.segments()[..2] == [0x2001, 0xdb8],
    };
    !address.is_loopback() && !address.is_unspecified() && !is_documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        let mut found = Found::default();
        look(&TextFile::of("a.md", text.to_owned()), &mut found);
        found.all.into_iter().map(|one| one.what).collect()
    }

    #[test]
    fn a_host_is_told_without_what_is_around_it() {
        for (text, host) in [
            ("see https://API.Acme.io:8443/v1.", "api.acme.io"),
            ("[x](http://acme.io)", "acme.io"),
            ("**https://acme.io**, _https://acme.io_", "acme.io"),
            ("https://github.com@evil.io/x", "evil.io"),
            ("https://me:secret@acme.io", "acme.io"),
            ("git clone git@git.acme.io:a/b.git", "git.acme.io"),
            ("git+ssh://git@acme.io/a", "acme.io"),
            ("wss://acme.io/socket", "acme.io"),
            ("ftp://acme.io", "acme.io"),
            ("{\"a\":\"https:\\/\\/acme.io\\/x\"}", "acme.io"),
            ("\"text\\nhttps://acme.io\"", "acme.io"),
            ("https://{account}.acme.io/", "*.acme.io"),
            ("https://${A}-${B}.acme.io/", "*.acme.io"),
            ("https://<your account>.acme.io/", "*.acme.io"),
            ("https://%s.acme.io/", "*.acme.io"),
            ("https://acm%65.io/", "acme.io"),
            ("https:\\\\acme.io http://192.168.0.1:80/", "192.168.0.1"),
            ("http://169.254.169.254/latest", "169.254.169.254"),
            ("http://[2606:4700::1111]:80/", "2606:4700::1111"),
            ("http://3232235777/", "3232235777"),
            ("https://bücher.de/<br>", "bücher.de"),
            ("https://acme.io<br>", "acme.io"),
        ] {
            assert_eq!(hosts(text), [host], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_host_is_none() {
        for text in [
            "https://example.com/ https://api.example.org http://x.test http://localhost:3000",
            "http://127.0.0.1:8000 http://0.0.0.0 http://[::1]/ http://192.0.2.7",
            "https://... https:// https://$HOST/ https://{{ host }}/x https://<host>/ https://%s/",
            "http://redis:6379 file:///etc/passwd news://acme.io s3://acme.io/x",
            "xmlns:w=\"http://schemas.acme.io/x\" xmlns='http://acme.io/y'",
            "me@acme.io git@acme.io git@acme.io: acme.io/x",
            "https://api.{domain}/ https://{name}acme.io https://1.2.3/",
        ] {
            assert_eq!(hosts(text), [""; 0], "{text}");
        }
    }
}
