//! Hides the user names and passwords of URLs in messages.

use std::ops::Range;

/// Returns the span of the user name and password in a URL, if it has any.
///
/// The user before an ssh host is part of the address.
#[must_use]
pub fn secret_in(url: &str) -> Option<Range<usize>> {
    let start = url.find("://")? + "://".len();
    let authority = url[start..].split('/').next().unwrap_or_default();
    let user = &authority[..authority.rfind('@')?];
    let is_address = url.starts_with("ssh://") && !user.contains(':');
    (!is_address).then_some(start..start + user.len())
}

/// Hides the user name and password of a URL, for output.
#[must_use]
pub fn redact_url(text: &str) -> String {
    let mut shown = text.to_owned();
    if let Some(secret) = secret_in(text) {
        shown.replace_range(secret, "(hidden)");
    }
    shown
}
