//! Hides the secrets of addresses in messages.

pub(crate) use mdskill_git::redact::{has_secret, redact, redact_url};
