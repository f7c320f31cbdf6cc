//! Verifies the signature of a commit or an annotated tag with the user's `git`, which knows the keys
//! that the user trusts: those of GPG, of `gpg.ssh.allowedSignersFile`, and of X.509.
//!
//! The object is copied into an empty repository, so that git sees no configuration but that of the
//! user and the system, and nothing of the source but these bytes. Their id is computed again.

use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::error::unreadable;
use crate::object_id::ObjectId;
use crate::objects::{ObjectError, Objects};
use crate::oid::from_oid;
use crate::process::Programs;

/// The time limit of a verification. GPG may be configured to fetch keys.
const LIMIT: Duration = Duration::from_secs(30);
/// The limit of what git prints, in bytes.
const MAX_PRINTED: u64 = 64 << 10;

/// A signature that git accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The fingerprint of the key: `SHA256:…` of an SSH key, or the hexadecimal digits of another.
    pub key: String,
    /// The principal or the user id of the key, from the user's own list of keys.
    pub signer: Option<String>,
}

/// The kind of a signed object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Commit,
    Tag,
}

/// A signature that is missing, or that can't be verified.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// The object has no signature.
    #[error("is not signed")]
    Unsigned,
    /// Git does not accept the signature.
    #[error("has a signature that git does not accept: {reason}{}", of_key(.key.as_ref()))]
    Refused {
        /// The last line that git printed.
        reason: String,
        /// The fingerprint of the key.
        key: Option<String>,
    },
    /// Git can't be run.
    #[error("can't be verified, because git can't be run: {0}")]
    Git(#[source] io::Error),
    /// Git did not answer in time.
    #[error("can't be verified, because git did not answer in {} s", .0.as_secs())]
    Slow(Duration),
    /// The object can't be read.
    #[error("can't be verified: {0}")]
    Object(#[from] ObjectError),
}

fn of_key(key: Option<&String>) -> String {
    key.map_or_else(String::new, |key| format!(" (key {key})"))
}

/// Verifies the signature of the commit or the tag object `id`.
///
/// # Errors
/// When it is not signed, or git does not accept the signature.
pub async fn verify(
    programs: &Programs,
    objects: &Objects,
    id: ObjectId,
) -> Result<Signature, SignatureError> {
    verify_within(LIMIT, programs, objects, id).await
}

async fn verify_within(
    limit: Duration,
    programs: &Programs,
    objects: &Objects,
    id: ObjectId,
) -> Result<Signature, SignatureError> {
    let (kind, bytes) = objects.signable(id)?;
    if !has_signature(kind, &bytes) {
        return Err(SignatureError::Unsigned);
    }
    let folder = tempfile::tempdir().map_err(SignatureError::Git)?;
    objects.copy(id, &Objects::create(folder.path())?)?;
    let command = match kind {
        Kind::Commit => "verify-commit",
        Kind::Tag => "verify-tag",
    };
    let verify = async |options: &[&str]| {
        let mut git = programs.git().map_err(SignatureError::Git)?;
        git.arg("--git-dir").arg(folder.path()).arg(command);
        git.args(options).arg(id.to_string());
        run(programs, git, limit).await
    };
    let (is_good, printed) = verify(&["--raw"]).await?;
    match (is_good, key(&printed)) {
        (true, Some(key)) => Ok(Signature {
            signer: signer(&printed),
            key,
        }),
        (_, key) => {
            // Without `--raw`, GPG prints sentences.
            let (_, said) = verify(&[]).await?;
            let mut lines = said.lines().rev().filter(|line| !line.trim().is_empty());
            let reason = lines.next().unwrap_or("no reason was given").to_owned();
            Err(SignatureError::Refused { reason, key })
        }
    }
}

/// Runs git, and returns whether it succeeded and what it printed on standard error.
async fn run(
    programs: &Programs,
    mut git: Command,
    limit: Duration,
) -> Result<(bool, String), SignatureError> {
    git.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
    let run = async {
        let supervised = programs.supervise(&git, None).stderr(Stdio::piped());
        let mut process = supervised.spawn()?;
        drop((process.child.stdin.take(), process.child.stdout.take()));
        let mut printed = Vec::new();
        if let Some(stderr) = process.child.stderr.take() {
            stderr.take(MAX_PRINTED).read_to_end(&mut printed).await?;
        }
        let status = process.child.wait().await?;
        let printed = String::from_utf8_lossy(&printed).into_owned();
        Ok((status.success(), printed))
    };
    match tokio::time::timeout(limit, run).await {
        Ok(ended) => ended.map_err(SignatureError::Git),
        Err(_) => Err(SignatureError::Slow(limit)),
    }
}

/// Whether a commit or a tag has a signature of any kind.
///
/// Source: gitformat-signature(5).
fn has_signature(kind: Kind, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    if kind == Kind::Tag {
        return text.contains("\n-----BEGIN ");
    }
    let mut header = text.lines().take_while(|line| !line.is_empty());
    header.any(|line| line.starts_with("gpgsig "))
}

/// Returns the fingerprint of the key in the output of `git verify-commit --raw`.
///
/// Source: `doc/DETAILS` of `GnuPG`, and `gpg-interface.c` of git for the output of `ssh-keygen`.
fn key(printed: &str) -> Option<String> {
    let status = |word: &str| {
        let mut lines = printed.lines();
        lines.find_map(|line| {
            let fields = line.strip_prefix("[GNUPG:] ")?.strip_prefix(word)?;
            Some(fields.split_whitespace())
        })
    };
    // The last field is the fingerprint of the primary key, or of the key that is missing.
    let of_gpg = status("VALIDSIG ").or_else(|| status("ERRSIG "));
    let of_gpg = of_gpg.and_then(Iterator::last);
    let of_ssh = || {
        let mut lines = printed.lines();
        let line = lines.find(|line| line.starts_with("Good \"git\" signature "))?;
        line.rsplit_once(" key ").map(|(_, key)| key)
    };
    of_gpg.or_else(of_ssh).map(str::to_owned)
}

/// Returns the name that the user's list of keys has for the signer.
fn signer(printed: &str) -> Option<String> {
    printed.lines().find_map(|line| {
        if let Some(fields) = line.strip_prefix("[GNUPG:] GOODSIG ") {
            return fields.split_once(' ').map(|(_, name)| name.to_owned());
        }
        let rest = line.strip_prefix("Good \"git\" signature for ")?;
        rest.rsplit_once(" with ").map(|(name, _)| name.to_owned())
    })
}

impl Objects {
    /// Reads a commit or a tag object.
    fn signable(&self, id: ObjectId) -> Result<(Kind, Vec<u8>), ObjectError> {
        let readable = self.readable(id)?;
        let odb = self.repository.odb();
        let read = odb.and_then(|odb| {
            let object = odb.read(readable)?;
            Ok((object.kind().str() == "tag", object.data().to_vec()))
        });
        let (is_tag, bytes) = read.map_err(|error| unreadable(id, &error))?;
        Ok((if is_tag { Kind::Tag } else { Kind::Commit }, bytes))
    }

    /// Copies an object to another repository, which computes its id.
    fn copy(&self, id: ObjectId, to: &Self) -> Result<(), ObjectError> {
        let readable = self.readable(id)?;
        let copied = self.repository.odb().and_then(|odb| {
            let object = odb.read(readable)?;
            to.repository.odb()?.write(object.kind(), object.data())
        });
        match copied.map(from_oid) {
            Ok(copied) if copied == id => Ok(()),
            Ok(_) => Err(ObjectError::Missing(id)),
            Err(error) => Err(unreadable(id, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_signer_are_read_from_the_output() {
        let gpg = "[GNUPG:] NEWSIG b@example.com\n\
            [GNUPG:] GOODSIG ED7C109B87535458 Bob <b@example.com>\n\
            [GNUPG:] VALIDSIG AAAA 2026-11-29 1795956468 0 4 0 22 8 00 BBBB\n";
        assert_eq!(key(gpg).as_deref(), Some("BBBB"));
        assert_eq!(signer(gpg).as_deref(), Some("Bob <b@example.com>"));
        let ssh = "Good \"git\" signature for a with b with ED25519 key SHA256:x/y\n";
        assert_eq!(key(ssh).as_deref(), Some("SHA256:x/y"));
        assert_eq!(signer(ssh).as_deref(), Some("a with b"));
        let missing = "[GNUPG:] ERRSIG ED7C109B87535458 22 8 00 1795956468 9 CCCC\n";
        assert_eq!(key(missing).as_deref(), Some("CCCC"));
        assert_eq!((key("error: no"), signer("")), (None, None));
    }

    #[test]
    fn signature_in_the_message_of_a_commit_is_none() {
        let signed = b"tree x\ngpgsig -----BEGIN SSH SIGNATURE-----\n\nhello\n";
        assert!(has_signature(Kind::Commit, signed));
        let message = b"tree x\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n";
        assert!(!has_signature(Kind::Commit, message));
        let tag = b"object x\ntype commit\n\nv1\n-----BEGIN PGP SIGNATURE-----\n";
        assert!(has_signature(Kind::Tag, tag));
        assert!(!has_signature(Kind::Tag, b"object x\n\nv1\n"));
    }
}
