//! The options of libgit2, for the whole process.

use std::ffi::c_int;
use std::sync::Once;

use git2::{Config, ConfigLevel, ObjectType};

use crate::error::MAX_OBJECT_BYTES;

/// The largest tree that libgit2 keeps in memory, in bytes. Its default of 4 KiB lets it inflate a folder
/// of ten thousand skills again for each of them.
const MAX_CACHED_TREE: usize = 1 << 20;

/// Initialises libgit2, limits the size of an inflated delta (CVE-2026-53585), and keeps large trees in
/// its cache, once in a process.
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
            // Else the default remains, which is only slower.
            drop(git2::opts::set_cache_object_limit(
                ObjectType::Tree,
                MAX_CACHED_TREE,
            ));
        }
        // In a container that runs as another user, `HOME` may be a folder that only root can enter.
        if Config::open_default().is_err() {
            ignore_user_config();
        }
    });
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
