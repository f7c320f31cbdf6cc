//! Pieces of sentences that every report uses.

/// Says "1 skill", "2 skills".
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Returns `owner/repo` of `github:owner/repo`, as people know a source.
#[must_use]
pub fn source(name: &str) -> &str {
    name.strip_prefix("github:").unwrap_or(name)
}
