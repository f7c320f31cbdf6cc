//! The table `[limits]`.

use toml_edit::{Item, TableLike};

use super::rules::did_you_mean;
use crate::toml::Fault;
use mdskill_lint::limits::{Limits, Size};

/// The keys.
pub(super) const KEYS: [&str; 3] = ["max-files", "max-file-size", "max-total-size"];
/// The units of sizes, and the bytes of each.
const UNITS: [(&str, usize); 7] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("b", 1),
];

/// Reads the table. An unknown key is an error.
pub(super) fn read(table: &dyn TableLike) -> Result<Limits, Fault> {
    let (mut limits, highest) = (Limits::default(), Limits::HIGHEST);
    for (key, item) in table.iter() {
        match key {
            "max-files" => {
                let number = item.as_integer().and_then(|it| usize::try_from(it).ok());
                let number = number.filter(|number| *number > 0);
                let number = number.ok_or_else(|| {
                    Fault::of(item, "`max-files` must be a whole number of 1 or more")
                })?;
                check(item, key, number > highest.max_files, &highest.max_files)?;
                limits.max_files = number;
            }
            "max-file-size" => limits.max_file_size = size(key, item, highest.max_file_size)?,
            "max-total-size" => limits.max_total_size = size(key, item, highest.max_total_size)?,
            _ => {
                let hint = did_you_mean(key, KEYS);
                let problem = format!("unknown key `{key}` in `[limits]`{hint}");
                return Err(Fault::of_key(table, key, problem));
            }
        }
    }
    Ok(limits)
}

fn size(key: &str, item: &Item, highest: usize) -> Result<usize, Fault> {
    let bytes = match (item.as_integer(), item.as_str()) {
        (Some(bytes), _) => usize::try_from(bytes).ok(),
        (None, text) => text.and_then(bytes_of),
    };
    let expected = format!("`{key}` must be a size such as \"32 MiB\", or a number of bytes");
    let bytes = bytes.filter(|bytes| *bytes > 0);
    let bytes = bytes.ok_or_else(|| Fault::of(item, expected))?;
    check(item, key, bytes > highest, &Size(highest))?;
    Ok(bytes)
}

fn check(
    item: &Item,
    key: &str,
    is_over: bool,
    highest: &dyn std::fmt::Display,
) -> Result<(), Fault> {
    if is_over {
        let problem = format!("`{key}` can be at most {highest}");
        return Err(Fault::of(item, problem));
    }
    Ok(())
}

fn bytes_of(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    let unit = UNITS.iter().find_map(|(unit, bytes)| {
        let number = text.strip_suffix(unit)?;
        Some((number, *bytes))
    });
    let (number, bytes) = unit.unwrap_or((&text, 1));
    number.trim().parse::<usize>().ok()?.checked_mul(bytes)
}
