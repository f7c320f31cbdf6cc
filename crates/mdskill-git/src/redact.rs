//! Hides what is or may be a secret: the credentials of this process, user names and passwords in
//! addresses, the values of queries such as `?access_token=`, and the tokens of known forges.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

/// The credentials that were sent, because a server may repeat them in any text.
static SENT: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// The text in place of a secret.
const HIDDEN: &str = "(hidden)";
/// The beginnings of tokens: of GitHub, GitLab, Hugging Face, npm, and Slack. Each ends with one of [`PREFIX_ENDS`].
const TOKEN_PREFIXES: [&str; 14] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glcbt-",
    "glptt-",
    "hf_",
    "npm_",
    "xoxb-",
    "xoxp-",
];
const PREFIX_ENDS: [char; 2] = ['_', '-'];
/// The minimum length of a token after its beginning.
const MIN_TOKEN_BYTES: usize = 16;
/// The words in the names of query parameters whose values are secrets.
const SECRET_WORDS: [&str; 9] = [
    "token",
    "secret",
    "passw",
    "pwd",
    "auth",
    "credential",
    "private",
    "signature",
    "key",
];

/// Whether an address contains a secret.
///
/// The user before an ssh host is part of the address.
#[must_use]
pub fn has_secret(address: &str) -> bool {
    !secrets(address).is_empty()
}

/// Hides the secrets of an address, for output.
#[must_use]
pub fn redact_url(address: &str) -> String {
    replace(address, secrets(address)).into_owned()
}

/// Hides a secret in all later output. A shorter one than four bytes is in too many words.
pub(crate) fn remember(secret: &str) {
    let mut sent = SENT.write().unwrap_or_else(PoisonError::into_inner);
    if secret.len() >= 4 && !sent.iter().any(|known| known == secret) {
        sent.push(secret.to_owned());
    }
}

/// Hides the credentials that were sent, and the secrets of all addresses in a text, for output.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let is_end =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '`' | '<' | '>' | '\\');
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(is_end) {
        let secrets = secrets(word.trim_end_matches(is_end)).into_iter();
        found.extend(secrets.map(|range| range.start + start..range.end + start));
        start += word.len();
    }
    for secret in SENT.read().unwrap_or_else(PoisonError::into_inner).iter() {
        let places = text.match_indices(secret.as_str());
        found.extend(places.map(|(at, _)| at..at + secret.len()));
    }
    found.sort_by_key(|range| (range.start, range.end));
    replace(text, found)
}

fn replace(text: &str, secrets: Vec<Range<usize>>) -> Cow<'_, str> {
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for secret in secrets {
        // Ranges are sorted; one may be inside of another.
        if secret.start >= end {
            shown.push_str(&text[end..secret.start]);
            shown.push_str(HIDDEN);
        }
        end = end.max(secret.end);
    }
    shown.push_str(&text[end..]);
    Cow::Owned(shown)
}

/// Returns the spans of the secrets in one address, sorted.
fn secrets(address: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    found.extend(users(address));
    found.extend(parameters(address));
    found.extend(tokens(address));
    found.sort_by_key(|range| (range.start, range.end));
    found
}

/// Returns the spans of user names and passwords.
fn users(address: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in address.match_indices("://") {
        let start = at + "://".len();
        let rest = &address[start..];
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let is_ssh = address[..at].to_ascii_lowercase().ends_with("ssh");
        if let Some((user, _)) = authority.rsplit_once('@') {
            if !is_ssh || user.contains(':') {
                found.push(start..start + user.len());
            }
        } else if let (false, Some(end)) = (has_valid_port(authority), rest.rfind('@')) {
            // A slash in the password.
            found.push(start..start + end);
        }
    }
    if !address.contains("://")
        && let Some((before, _)) = address.split_once('@')
        && let Some((user, password)) = before.split_once(':')
        && !password.is_empty()
        && !before.contains('/')
    {
        found.push(user.len() + 1..before.len());
    }
    found
}

/// Whether a host has no port, or one of digits.
fn has_valid_port(authority: &str) -> bool {
    let after_address = authority.rsplit(']').next().unwrap_or_default();
    let port = after_address.split_once(':').map_or("", |(_, port)| port);
    port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the spans of the secret values in a query or a fragment.
fn parameters(address: &str) -> Vec<Range<usize>> {
    let is_separator = ['?', '&', '#', ';'];
    let mut found = Vec::new();
    for (at, _) in address.match_indices(is_separator) {
        let rest = &address[at + 1..];
        let pair = &rest[..rest.find(is_separator).unwrap_or(rest.len())];
        if let Some((name, value)) = pair.split_once('=') {
            let lower = name.to_ascii_lowercase();
            let is_secret = SECRET_WORDS.iter().any(|word| lower.contains(word));
            if is_secret && !value.is_empty() {
                let start = at + 1 + name.len() + 1;
                found.push(start..start + value.len());
            }
        }
    }
    found
}

/// Returns the spans of tokens with a known beginning.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut found = Vec::new();
    // One search, because each line of output is searched.
    for (at, _) in text.match_indices(PREFIX_ENDS) {
        let (before, rest) = text.split_at(at + 1);
        let mut prefixes = TOKEN_PREFIXES.iter();
        if let Some(prefix) = prefixes.find(|prefix| before.ends_with(**prefix)) {
            let length = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
            if length >= MIN_TOKEN_BYTES {
                found.push(before.len() - prefix.len()..before.len() + length);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "ghp_0123456789abcdefghij";

    #[test]
    fn secrets_of_addresses_are_hidden() {
        for (address, shown) in [
            ("https://user:hunter2@h/a", "https://(hidden)@h/a"),
            ("HTTPS://hunter2@h/a", "HTTPS://(hidden)@h/a"),
            ("ssh://git:hunter2@h/a", "ssh://(hidden)@h/a"),
            ("https://a@b:hunter2@h?x", "https://(hidden)@h?x"),
            ("https://x:hunter2/@h/a/b", "https://(hidden)@h/a/b"),
            (
                "https://https://x:hunter2@h/a",
                "https://https://(hidden)@h/a",
            ),
            ("x:hunter2@h:a/b.git", "x:(hidden)@h:a/b.git"),
            (
                "https://h/a?x=1&access_token=hunter2#y",
                "https://h/a?x=1&access_token=(hidden)#y",
            ),
            (
                "https://h/a#private_token=hunter2",
                "https://h/a#private_token=(hidden)",
            ),
            (&format!("{TOKEN}@h:a/b"), "(hidden)@h:a/b"),
            (&format!("https://h/{TOKEN}/b"), "https://h/(hidden)/b"),
            (
                &format!("https://h/x_{TOKEN}_{TOKEN}/b"),
                "https://h/x_(hidden)/b",
            ),
        ] {
            assert_eq!(redact_url(address), shown);
            assert!(has_secret(address), "{address}");
            let text = format!("can't use `{address}`: no such host");
            assert_eq!(redact(&text), format!("can't use `{shown}`: no such host"));
        }
    }

    #[test]
    fn token_of_each_kind_is_hidden() {
        for prefix in TOKEN_PREFIXES {
            let token = format!("{prefix}0123456789-abcde_");
            assert_eq!(redact(&format!("a-{token}.")), "a-(hidden).", "{prefix}");
            assert_eq!(redact(&token[..token.len() - 2]), token[..token.len() - 2]);
        }
    }

    #[test]
    fn sent_credentials_are_hidden_anywhere() {
        for secret in ["correct-horse", "no"] {
            remember(secret);
        }
        let text = "no,correct-horse=correct-horse";
        assert_eq!(redact(text), "no,(hidden)=(hidden)");
    }

    #[test]
    fn addresses_without_secrets_are_shown() {
        for address in [
            "ssh://git@h:22/a@b",
            "git@h:a/b.git",
            "https://h:8443/a/b@v1",
            "https://h/a/b.git//one@v1",
            "https://[::1]:80/a@v1",
            "github:a/b@v1:2",
            "https://h/a?ref_type=heads&keyless",
            "ghp_short",
            "a/b/c@^1.2",
        ] {
            assert_eq!(redact_url(address), address);
            assert!(!has_secret(address), "{address}");
        }
    }
}
