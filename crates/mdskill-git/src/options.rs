//! The options of libgit2, for the whole process.

use std::ffi::c_int;
use std::path::PathBuf;
use std::sync::{Once, OnceLock};

use git2::{Config, ConfigLevel, ObjectType};

use crate::error::MAX_OBJECT_BYTES;

/// The largest tree that libgit2 keeps in memory, in bytes. Its default of 4 KiB lets it inflate a folder
/// of ten thousand skills again for each of them.
const MAX_CACHED_TREE: usize = 1 << 20;
/// The largest file that libgit2 keeps in memory, in bytes: that of the largest file of a skill by default.
/// libgit2 keeps none by default, and so decodes a file of a thousand skills a thousand times.
const MAX_CACHED_BLOB: usize = 16 << 20;
/// The size of all objects that libgit2 keeps in memory, in bytes. Its default is 256 MiB.
const MAX_CACHED: isize = 32 << 20;

/// The number of packs whose files libgit2 keeps open. It has no limit by default, so that a process that may open 256
/// files could not read 130 sources.
const MAX_OPEN_PACKS: usize = 32;

/// Initialises libgit2, limits the size of an inflated delta (CVE-2026-53585), and sets what its cache
/// keeps, once in a process.
pub(crate) fn set_limits() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The constant is unsigned on some platforms only. libgit2 refuses an unknown option.
        let option = c_int::try_from(libgit2_sys::GIT_OPT_SET_PACK_MAX_OBJECT_SIZE);
        let option = option.unwrap_or(c_int::MAX);
        #[expect(
            unsafe_code,
            reason = "git2 0.21 has no safe wrapper for these options"
        )]
        // SAFETY: libgit2 reads one `size_t` for an option and stores it; libgit2 is initialised
        // first, and `Once` prevents two threads from setting it at the same time.
        unsafe {
            libgit2_sys::init();
            libgit2_sys::git_libgit2_opts(option, MAX_OBJECT_BYTES);
            // Else the defaults remain, which are only slower.
            for (kind, limit) in [
                (ObjectType::Tree, MAX_CACHED_TREE),
                (ObjectType::Blob, MAX_CACHED_BLOB),
            ] {
                drop(git2::opts::set_cache_object_limit(kind, limit));
            }
            drop(git2::opts::set_cache_max_size(MAX_CACHED));
            drop(git2::opts::set_mwindow_file_limit(MAX_OPEN_PACKS));
        }
        // In a container that runs as another user, `HOME` may be a folder that only root can enter.
        if Config::open_default().is_err() {
            ignore_user_config();
        }
    });
}

/// The files with rules of the system and of the user where libgit2 looks for them, whether they exist or not.
pub(crate) struct UserFiles {
    pub(crate) attributes: Vec<PathBuf>,
    /// Those where `core.excludesFile` is not set.
    pub(crate) ignore: Vec<PathBuf>,
}

/// Returns the files with rules that are not in a repository.
pub(crate) fn user_files() -> &'static UserFiles {
    static FILES: OnceLock<UserFiles> = OnceLock::new();
    FILES.get_or_init(|| {
        let system = files_named("gitattributes", ConfigLevel::System);
        let user = files_named("attributes", ConfigLevel::XDG);
        UserFiles {
            attributes: [system, user].concat(),
            ignore: files_named("ignore", ConfigLevel::XDG),
        }
    })
}

fn files_named(name: &str, level: ConfigLevel) -> Vec<PathBuf> {
    #[expect(
        unsafe_code,
        reason = "git2 can't synchronise threads that read the setting"
    )]
    // SAFETY: the paths are set in `set_limits` at most, which precedes every use of libgit2.
    let folders = unsafe { git2::opts::get_search_path(level) };
    let folders = folders.map(|folders| folders.to_string_lossy().into_owned());
    let folders = folders.unwrap_or_default();
    let files = std::env::split_paths(&folders).map(|folder| folder.join(name));
    files.collect()
}

/// Lets libgit2 read only the configuration of repositories, because it opens none of them if it
/// can't read that of the user.
fn ignore_user_config() {
    for level in [
        ConfigLevel::ProgramData,
        ConfigLevel::System,
        ConfigLevel::XDG,
        ConfigLevel::Global,
    ] {
        #[expect(
            unsafe_code,
            reason = "git2 can't synchronise threads that read the setting"
        )]
        // SAFETY: only `set_limits` calls this, within a `Once` that precedes every use of libgit2.
        let _default_remains = unsafe { git2::opts::set_search_path(level, "") };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::Objects;

    #[test]
    fn file_of_many_skills_is_decoded_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.git");
        let writer = Objects::create(&path).unwrap();
        let bytes = vec![b'x'; MAX_CACHED_BLOB - 1];
        let id = writer.write_blob(&bytes).unwrap();
        let objects = Objects::open_store(&path).unwrap();
        assert_eq!(objects.blob(id).unwrap(), bytes);
        // What is kept is not read from the disk again.
        std::fs::remove_dir_all(path.join("objects")).unwrap();
        assert_eq!(objects.blob(id).unwrap(), bytes);
        assert!(writer.blob(id).is_err());
    }
}
