//! Windows.

mod keyboard;

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsHandle;
use std::path::Path;
use std::process::ExitStatus;

pub(crate) use keyboard::Keyboard;

/// Opens a link itself, not its target; `FILE_FLAG_OPEN_REPARSE_POINT` of the Windows API.
const OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// Whether files have an executable bit.
pub(crate) const HAS_MODES: bool = false;

/// Returns whether the owner may execute a file.
pub(crate) fn is_executable(_file: &Metadata) -> bool {
    false
}

/// Sets the mode of a file to be created.
pub(crate) fn set_mode(_options: &mut OpenOptions, _is_executable: bool) {}

/// Returns `None`: owners are not compared here.
pub(crate) fn owner_if_not(_path: &Path, _sudo: Option<u32>) -> Option<u32> {
    None
}

/// Does nothing: a file inherits its permissions from its folder.
pub(crate) fn make_private(_options: &mut OpenOptions) {}

/// Does nothing: a copy belongs to the user who makes it.
pub(crate) fn keep_owner(_copy: &Path, _original: &Metadata) {}

/// Fails: a link to a file and one to a folder differ here.
pub(crate) fn make_link(_target: &Path, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns `false`: folders are rarely mounted in folders here.
pub(crate) fn is_other_mount(_folder: &Path, _above: &Path) -> bool {
    false
}

/// Does nothing: a file inherits its permissions from its folder.
pub(crate) fn share(_builder: &mut tempfile::Builder<'_, '_>) {}

/// Fails: files have no executable bit.
pub(crate) fn make_executable(_path: &Path, _metadata: &Metadata) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives the owner all permissions on a folder, so that its entries can be removed. A folder does
/// not keep its owner out here.
pub(crate) fn open_folder_to_owner(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes `options` open a symbolic link itself, which is then not a plain file.
pub(crate) fn refuse_links_and_pipes(options: &mut OpenOptions) {
    options.custom_flags(OPEN_REPARSE_POINT);
}

/// Does nothing: a pipe has no place in a folder here.
pub(crate) fn refuse_pipes(_options: &mut OpenOptions) {}

/// Returns whether both are the same directory entry. The standard library has no stable way to
/// read a file's number here, so this compares the times to 100 ns and the length.
pub(crate) fn is_same_entry(one: &Metadata, other: &Metadata) -> bool {
    let key = |of: &Metadata| (of.modified().ok(), of.created().ok(), of.len());
    key(one) == key(other)
}

/// Returns whether the open file is still the one at `path`. An open file can't be replaced here,
/// only removed.
pub(crate) fn is_file_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// Returns a text that changes when the content of a file may have changed.
pub(crate) fn fingerprint(file: &Metadata) -> String {
    use std::os::windows::fs::MetadataExt;
    format!("{} {}", file.file_size(), file.last_write_time())
}

/// Returns whether both paths lead to the same folder.
pub(crate) fn is_same_folder(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (one.canonicalize(), other.canonicalize()) else {
        return false;
    };
    one == other
}

/// Renames `from` to `to`. The caller has checked that `to` does not exist; Windows has no call
/// that checks and renames at once in the standard library.
pub(crate) fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Returns `false`: flushing a volume needs administrator rights, so files are flushed one by one.
pub(crate) fn flush_file_system(_folder: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Returns a relative path as text with forward slashes, as git and the lockfile write it.
pub(crate) fn display_relative(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Flushes a file to disk, which needs the right to write to it here.
pub(crate) fn flush_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Does nothing: a folder can't be opened to be flushed, and NTFS keeps a journal of renames.
pub(crate) fn flush_entries(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns whether standard error is redirected to a file, or can't be examined.
pub(crate) fn is_stderr_a_file() -> bool {
    let stderr = io::stderr().as_handle().try_clone_to_owned();
    stderr
        .and_then(|stderr| File::from(stderr).metadata())
        .map_or(true, |metadata| metadata.is_file())
}

/// Returns `false`: no shell runs the program, so starting it fails instead.
pub(crate) fn was_not_found(_status: ExitStatus) -> bool {
    false
}

/// Returns whether this user may write files in a folder. Only an attempt would show it here.
pub(crate) fn can_write_in(folder: &Path) -> bool {
    folder.is_dir()
}

/// Returns whether this user may write a file.
pub(crate) fn can_write(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|metadata| !metadata.permissions().readonly())
}

/// Returns `None`: the standard library does not have the free space of a file system.
pub(crate) fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// Windows has no limit on open files that matters here.
pub(crate) fn check_files_can_be_opened() -> io::Result<()> {
    Ok(())
}

/// Stable Rust does not show the file index, and a canonical path names a folder.
pub(crate) fn identity(_entry: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Windows has no limit on open files that matters here.
pub(crate) fn is_limit_of_files(_error: &io::Error) -> bool {
    false
}

/// Ends this process at once, without any clean-up.
pub(crate) fn kill_self() {
    std::process::abort();
}

/// Windows has no limit on the size of files.
pub(crate) fn report_file_size_limit() {}

/// There is no such limit.
pub(crate) fn raise_open_file_limit() {}
