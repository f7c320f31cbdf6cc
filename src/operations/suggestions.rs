//! The parts of messages that suggest names.

/// The most names that an error lists.
const MAX_NAMES: usize = 10;

/// Returns the similar names, or the number of skills if there is none.
pub(super) fn nearest_or_count(nearest: &[String], count: usize) -> String {
    match (nearest, count) {
        ([], 0) => ": no folder in it has a SKILL.md".to_owned(),
        ([], 1) => "; it has one other skill".to_owned(),
        ([], _) => format!("; it has {count} other skills"),
        _ => did_you_mean(nearest),
    }
}

pub(super) fn names_if_few(names: &[String]) -> String {
    if names.len() > MAX_NAMES {
        return String::new();
    }
    format!(": {}", names.join(", "))
}

pub(super) fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    let names: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", names.join(" or "))
}
