//! Linux, macOS and the BSDs.

mod keyboard;

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;

use rustix::fs::OFlags;

pub(crate) use keyboard::Keyboard;

/// Whether files have an executable bit.
pub(crate) const HAS_MODES: bool = true;

/// Returns whether the owner may execute a file. git looks at this bit alone.
pub(crate) fn is_executable(file: &Metadata) -> bool {
    file.mode() & 0o100 != 0
}

/// Sets the mode of a file to be created; the umask still applies.
pub(crate) fn set_mode(options: &mut OpenOptions, is_executable: bool) {
    options.mode(if is_executable { 0o777 } else { 0o666 });
}

/// Returns the owner of `path`, without following a link, if that is neither this user nor, for root,
/// `sudo`, the user who ran `sudo`. The rule is that of git; `None` if there is nothing at the path.
pub(crate) fn owner_if_not(path: &Path, sudo: Option<u32>) -> Option<u32> {
    let owner = path.symlink_metadata().ok()?.uid();
    let user = rustix::process::geteuid();
    let is_trusted = owner == user.as_raw() || user.is_root() && sudo == Some(owner);
    (!is_trusted).then_some(owner)
}

/// Makes a file to be created readable for its owner only.
pub(crate) fn make_private(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Gives a copy the owner and group of the original, as far as this user may.
pub(crate) fn keep_owner(copy: &Path, original: &Metadata) {
    let is_kept = copy
        .symlink_metadata()
        .is_ok_and(|there| (there.uid(), there.gid()) == (original.uid(), original.gid()));
    if !is_kept {
        let (user, group) = (Some(original.uid()), Some(original.gid()));
        drop(std::os::unix::fs::lchown(copy, user, group));
    }
}

/// Creates the symbolic link `path` to `target`.
pub(crate) fn make_link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Returns whether `folder` is on another mount than the folder above it, with links followed, so
/// that nothing can be renamed from one to the other. A bind mount has the device of its source.
pub(crate) fn is_other_mount(folder: &Path, above: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
        let mount = |path: &Path| {
            let found = statx(CWD, path, AtFlags::empty(), StatxFlags::MNT_ID).ok()?;
            (found.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(found.stx_mnt_id)
        };
        if let (Some(one), Some(other)) = (mount(folder), mount(above)) {
            return one != other;
        }
    }
    match (folder.metadata(), above.metadata()) {
        (Ok(one), Ok(other)) => one.dev() != other.dev(),
        _ => false,
    }
}

/// Makes the temporary files of `builder` readable by everyone: they are private by default, and
/// one that replaces a file of the project is read by the whole team.
pub(crate) fn share(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o644));
}

/// Gives execute permission to everyone who has read permission.
pub(crate) fn make_executable(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let mode = metadata.mode();
    std::fs::set_permissions(path, Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

/// Gives the owner all permissions on a folder, so that its entries can be removed.
pub(crate) fn open_folder_to_owner(folder: &Path) -> io::Result<()> {
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// Makes `options` refuse symbolic links, and return at once for a pipe: opening one waits for
/// a writer otherwise.
pub(crate) fn refuse_links_and_pipes(options: &mut OpenOptions) {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    options.custom_flags(flags.bits().cast_signed());
}

/// Makes `options` return at once for a pipe, and take no terminal.
pub(crate) fn refuse_pipes(options: &mut OpenOptions) {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed());
}

/// Returns whether both are the same directory entry. A file with one hard link has one name.
pub(crate) fn is_same_entry(one: &Metadata, other: &Metadata) -> bool {
    one.nlink() == 1 && is_same_file(one, other)
}

/// Returns whether the open file is still the one at `path`, which is not a link.
pub(crate) fn is_file_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(found)) = (file.metadata(), path.symlink_metadata()) else {
        return false;
    };
    is_same_file(&open, &found)
}

/// Returns a value that only this file or folder has.
#[expect(clippy::unnecessary_wraps, reason = "Windows does not show it")]
pub(crate) fn identity(entry: &Metadata) -> Option<(u64, u64)> {
    Some((entry.dev(), entry.ino()))
}

/// Whether an error is that the process has as many open files as it may have.
pub(crate) fn is_limit_of_files(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE))
}

fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Returns a text that changes when the content of a file may have changed.
pub(crate) fn fingerprint(file: &Metadata) -> String {
    let (modified, changed) = (file.mtime_nsec(), file.ctime_nsec());
    let (size, seconds, since) = (file.len(), file.mtime(), file.ctime());
    format!("{size} {seconds}.{modified:09} {since}.{changed:09}")
}

/// Returns whether both paths lead to the same folder.
pub(crate) fn is_same_folder(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (one.metadata(), other.metadata()) else {
        return false;
    };
    is_same_file(&one, &other)
}

/// Renames `from` to `to`, and fails if `to` exists. Where the file system can't check this
/// itself, the caller's earlier check has to do.
pub(crate) fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            renamed => return renamed.map_err(io::Error::from),
        }
    }
    std::fs::rename(from, to)
}

/// Flushes the whole file system of `folder` to disk. Returns `false` where there is no such call
/// that also reports failed writes.
pub(crate) fn flush_file_system(folder: &Path) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    {
        rustix::fs::syncfs(File::open(folder)?)?;
        Ok(true)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        Ok(false)
    }
}

/// Returns a relative path as text with forward slashes, as git and the lockfile write it.
pub(crate) fn display_relative(path: &Path) -> String {
    path.display().to_string()
}

/// Flushes a file to disk.
pub(crate) fn flush_file(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Flushes the entries of `folder` to disk: its names, not the contents of its files.
pub(crate) fn flush_entries(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Returns whether standard error is redirected to a file, or can't be examined.
pub(crate) fn is_stderr_a_file() -> bool {
    let stderr = io::stderr().as_fd().try_clone_to_owned();
    stderr
        .and_then(|stderr| File::from(stderr).metadata())
        .map_or(true, |metadata| metadata.is_file())
}

/// Returns whether the shell reports that it can't find or run the program.
pub(crate) fn was_not_found(status: ExitStatus) -> bool {
    matches!(status.code(), Some(126 | 127))
}

/// Returns whether this user may write files in a folder, as far as the system says without an attempt.
pub(crate) fn can_write_in(folder: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Returns whether this user may write a file.
pub(crate) fn can_write(file: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(file, Access::WRITE_OK).is_ok()
}

/// Returns the free space of the file system of a folder, in bytes.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Lets a write beyond the limit on the size of files (`ulimit -f`) fail, instead of a signal that ends
/// the process.
pub(crate) fn report_file_size_limit() {
    let signal = rustix::process::Signal::XFSZ.as_raw();
    drop(signal_hook::flag::register(signal, Arc::default()));
}

/// The number of open files that the process asks for: a thousand sources have two or three each.
const MAX_OPEN_FILES: u64 = 4096;

/// Raises the limit of open files up to what the system allows. The default of macOS is 256.
pub(crate) fn raise_open_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(MAX_OPEN_FILES, |maximum| maximum.min(MAX_OPEN_FILES));
    if current.is_some_and(|current| current < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            maximum,
        };
        // Else a command for so many sources says that it can't open more files.
        let _stays_as_it_is = setrlimit(Resource::Nofile, raised);
    }
}

/// Returns an error if the process can't open more files. tokio panics when it has no pair of sockets.
pub(crate) fn check_files_can_be_opened() -> io::Result<()> {
    std::os::unix::net::UnixStream::pair().map(drop)
}

/// Ends this process at once, without any clean-up.
pub(crate) fn kill_self() {
    use rustix::process::{Signal, getpid, kill_process};
    let _no_return = kill_process(getpid(), Signal::KILL);
}
