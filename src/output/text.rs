//! Pieces of sentences that every report uses.

/// Returns "1 skill" or "2 skills".
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Returns "2 refused" for each number that is not zero.
#[must_use]
pub fn totals<const N: usize>(numbers: [(usize, &str); N]) -> Vec<String> {
    let shown = numbers.into_iter().filter(|(number, _)| *number > 0);
    shown
        .map(|(number, what)| format!("{number} {what}"))
        .collect()
}

/// Returns `owner/repo` of `github:owner/repo`, as people know a source.
#[must_use]
pub fn source(name: &str) -> &str {
    name.strip_prefix("github:").unwrap_or(name)
}
