//! The attributes and settings by which git changes files between the repository and the work tree.

use crate::work_tree::WorkTree;

/// The conversion of a file's line endings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// None.
    Never,
    /// If the file looks like text.
    Auto,
    /// Always.
    Always,
}

impl WorkTree {
    /// Returns the first attribute or setting by which git stores or checks out other bytes than these for
    /// the file at `path` below the work tree, on this machine or another one: `text=auto`,
    /// `core.autocrlf=true`.
    #[must_use]
    pub fn conversion(&self, path: &str, bytes: &[u8]) -> Option<String> {
        let is_off = |value: &str| matches!(value, "false" | "no" | "off" | "0");
        if self.autocrlf().is_none_or(is_off) && !self.may_have_attributes(path) {
            return None;
        }
        for name in ["filter", "working-tree-encoding"] {
            let value = self.attribute(path, name);
            let is_utf_8 = value.as_ref().is_some_and(|value| {
                value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
            });
            if let Some(value) = value.filter(|_| !is_utf_8) {
                return Some(format!("{name}={value}"));
            }
        }
        // libgit2 looks at a dozen files for each attribute, and few files have such a mark.
        if has_ident(bytes) && self.attribute(path, "ident").is_some() {
            return Some("ident".to_owned());
        }
        let (text, name) = self.text(path);
        let is_converted = match text {
            Text::Never => false,
            Text::Auto => is_text(bytes),
            Text::Always => true,
        };
        // With `eol=lf`, a file with such line endings is never changed.
        let is_kept = || {
            memchr::memmem::find(bytes, b"\r\n").is_none()
                && (memchr::memchr(b'\n', bytes).is_none()
                    || self.attribute(path, "eol").as_deref() == Some("lf"))
        };
        (is_converted && !is_kept()).then_some(name)
    }

    /// Whether git converts the line endings of a text file at `path` below the work tree.
    #[must_use]
    pub fn converts_line_endings(&self, path: &str) -> bool {
        self.text(path).0 != Text::Never
    }

    /// Returns the conversion of line endings, and the attribute or setting that causes it.
    fn text(&self, path: &str) -> (Text, String) {
        let eol = self.attribute(path, "eol");
        for name in ["text", "crlf"] {
            match self.attribute_value(path, name).as_deref() {
                Some("false") => return (Text::Never, String::new()),
                Some("true") => return (Text::Always, with_eol(name, eol.as_deref())),
                Some("auto") => return (Text::Auto, with_eol("text=auto", eol.as_deref())),
                Some("input") => return (Text::Always, "crlf=input".to_owned()),
                None | Some(_) => {}
            }
        }
        if let Some(eol) = eol.filter(|eol| eol == "crlf" || eol == "lf") {
            return (Text::Always, format!("eol={eol}"));
        }
        match self.autocrlf() {
            Some(value @ ("true" | "input" | "yes" | "on" | "1")) => {
                (Text::Auto, format!("core.autocrlf={value}"))
            }
            _ => (Text::Never, String::new()),
        }
    }

    /// Returns the value of an attribute that is set.
    fn attribute(&self, path: &str, name: &str) -> Option<String> {
        let value = self.attribute_value(path, name)?;
        (value != "false").then_some(value)
    }
}

fn with_eol(name: &str, eol: Option<&str>) -> String {
    eol.map_or_else(|| name.to_owned(), |eol| format!("{name} eol={eol}"))
}

/// Whether a file has `$Id$` or `$Id: ...$`.
fn has_ident(bytes: &[u8]) -> bool {
    let mut places = memchr::memmem::find_iter(bytes, b"$Id");
    places.any(|at| match bytes.get(at + 3) {
        Some(b'$') => true,
        Some(b':') => memchr::memchr(b'$', &bytes[at + 4..]).is_some(),
        _ => false,
    })
}

/// Whether git takes a file for text: it has no NUL, no lone carriage return, and few control
/// characters.
///
/// Source: `convert_is_binary` of git's convert.c.
fn is_text(bytes: &[u8]) -> bool {
    let (mut printable, mut other) = (0_usize, 0_usize);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            0 => return false,
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => return false,
            b'\r' | b'\n' => {}
            8 | 9 | 12 | 27 => printable += 1,
            0x1a if at + 1 == bytes.len() => {}
            0..=31 | 127 => other += 1,
            _ => printable += 1,
        }
    }
    (printable >> 7) >= other
}
