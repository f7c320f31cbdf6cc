//! Hides the user names and passwords of URLs in messages.

pub(crate) use mdskill_git::redact::{redact_url, secret_in};
