//! mdskill itself: its version, its path, and other programs of this name.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::path::{Path, PathBuf};

use super::{Section, Status};
use crate::context::Context;
use crate::hint::Hint;

/// The folders of package managers, and their names. The first that is part of the path counts.
const INSTALLERS: [(&str, &str); 11] = [
    ("/node_modules/", "npm"),
    ("/.cargo/bin/", "cargo"),
    ("/Cellar/", "Homebrew"),
    ("/homebrew/", "Homebrew"),
    ("/linuxbrew/", "Homebrew"),
    ("/scoop/", "Scoop"),
    ("/WinGet/", "WinGet"),
    ("/nix/store/", "Nix"),
    ("/mise/installs/", "mise"),
    ("/aquaproj-aqua/", "aqua"),
    ("/target/", "a build of a checkout"),
];

pub(super) fn check(context: &Context<'_>) -> Section {
    let mut section = Section::new("mdskill");
    let version = env!("CARGO_PKG_VERSION");
    section.ok("version", format!("{version} ({OS}, {ARCH})"));
    let own = context.env.program.as_deref().map(real);
    section.ok(
        "program",
        own.as_deref()
            .map_or_else(|| "unknown".to_owned(), described),
    );
    let Some(own) = own else {
        return section;
    };
    let same = |other: &Path| is_same(&own, other);
    let found = in_path(context);
    match found.iter().find(|(_, real)| !same(real)) {
        Some((other, real)) if !found.first().is_some_and(|(_, first)| same(first)) => {
            section.ok("in PATH", other.display().to_string());
            section.but(
                context,
                Status::Warning,
                format!(
                    "`mdskill` in a shell is {}, not this program",
                    of_whom(real)
                ),
                Hint::text(format!(
                    "remove it, or put {} before {} in PATH",
                    folder_of(&own).display(),
                    folder_of(other).display()
                )),
            );
        }
        Some((other, real)) => {
            section.ok(
                "also in PATH",
                format!("{}: {}", other.display(), of_whom(real)),
            );
        }
        None if found.is_empty() => section.ok("in PATH", "no `mdskill`"),
        None => {}
    }
    section
}

/// Returns the programs of this name in `PATH`, each with its real path.
fn in_path(context: &Context<'_>) -> Vec<(PathBuf, PathBuf)> {
    let names = [format!("mdskill{EXE_SUFFIX}"), "mdskill.cmd".to_owned()];
    let folders = context.env.search_path.iter();
    let files = folders.flat_map(|folder| names.each_ref().map(|name| folder.join(name)));
    let files = files.filter(|file| file.is_file());
    files.map(|file| (file.clone(), real(&file))).collect()
}

/// Whether both are this program. The npm package has a script that starts it.
fn is_same(own: &Path, other: &Path) -> bool {
    let is_ours = |path: &Path| slashed(path).contains("/node_modules/@mdskill/");
    own == other || (is_ours(own) && is_ours(other))
}

fn described(path: &Path) -> String {
    match installer(path) {
        Some(installer) => format!("{} ({installer})", path.display()),
        None => path.display().to_string(),
    }
}

fn installer(path: &Path) -> Option<&'static str> {
    let path = slashed(path);
    let found = INSTALLERS.iter().find(|(part, _)| path.contains(part));
    found.map(|(_, installer)| *installer)
}

/// Returns a phrase for another program. The npm package `mdskill` is of another company.
fn of_whom(path: &Path) -> &'static str {
    if slashed(path).contains("/node_modules/mdskill/") {
        "the npm package `mdskill`, which is another program"
    } else {
        "another one"
    }
}

fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
