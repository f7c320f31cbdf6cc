//! The kind of a file by its first bytes.

/// The number of first bytes that [`kind`] needs.
pub(crate) const BYTES: usize = 1024;

/// The kind of a file that is not a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Magic {
    /// A compiled program, with its format.
    Program(&'static str),
    /// A script with `#!`.
    Script,
    /// An archive, with its format.
    Archive(&'static str),
}

/// Returns the kind of a file that begins with these bytes; `None` for any other file.
pub(crate) fn kind(bytes: &[u8]) -> Option<Magic> {
    const PROGRAMS: [(&[u8], &str); 7] = [
        (b"\x7fELF", "ELF"),
        (&[0xfe, 0xed, 0xfa, 0xce], "Mach-O"),
        (&[0xfe, 0xed, 0xfa, 0xcf], "Mach-O"),
        (&[0xce, 0xfa, 0xed, 0xfe], "Mach-O"),
        (&[0xcf, 0xfa, 0xed, 0xfe], "Mach-O"),
        (&[0xca, 0xfe, 0xba, 0xbe], "Java or Mach-O"),
        (b"\0asm", "WebAssembly"),
    ];
    const ARCHIVES: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (&[0x1f, 0x8b, 8], "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh91AY", "bzip2"),
    ];
    let named = |list: &[(&[u8], &'static str)]| {
        let found = list.iter().find(|(magic, _)| bytes.starts_with(magic));
        found.map(|(_, name)| *name)
    };
    if let Some(name) = named(&PROGRAMS) {
        return Some(Magic::Program(name));
    }
    if is_windows_program(bytes) {
        return Some(Magic::Program("Windows"));
    }
    if is_python(bytes) {
        return Some(Magic::Program("Python bytecode"));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(Magic::Archive("tar"));
    }
    if let Some(name) = named(&ARCHIVES) {
        return Some(Magic::Archive(name));
    }
    // `#!` and a path, unlike a heading or a comment.
    let is_script = bytes.starts_with(b"#!/") || bytes.starts_with(b"#! /");
    is_script.then_some(Magic::Script)
}

/// The `MZ` of Windows is also a word, so the header that it leads to is checked, too.
fn is_windows_program(bytes: &[u8]) -> bool {
    let header = bytes.get(0x3c..0x40).and_then(|at| at.try_into().ok());
    let at = header.map_or(usize::MAX, |at| u32::from_le_bytes(at) as usize);
    bytes.starts_with(b"MZ") && bytes.get(at..at.saturating_add(4)) == Some(b"PE\0\0")
}

/// The two bytes of the version of Python, `\r\n`, and flags below 4.
fn is_python(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [_, 0x0c | 0x0d | 0x0e, b'\r', b'\n', 0..=3, 0, 0, 0, ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_differs_from_text() {
        let mut windows = vec![0; 200];
        windows[..2].copy_from_slice(b"MZ");
        windows[0x3c] = 0x80;
        windows[0x80..0x84].copy_from_slice(b"PE\0\0");
        assert_eq!(kind(&windows), Some(Magic::Program("Windows")));
        assert_eq!(kind(b"\x7fELF\x02"), Some(Magic::Program("ELF")));
        assert_eq!(
            kind(b"\xcb\x0d\r\n\0\0\0\0\x12"),
            Some(Magic::Program("Python bytecode"))
        );
        assert_eq!(kind(b"#!/bin/sh\n"), Some(Magic::Script));
        assert_eq!(kind(b"PK\x03\x04\x14"), Some(Magic::Archive("zip")));
        for text in [
            &b"MZ is a word"[..],
            b"# Title\n",
            b"#!title",
            b"",
            b"PK",
            b"\x89PNG",
        ] {
            assert_eq!(kind(text), None, "{text:?}");
        }
    }
}
