//! The formats of GitHub Actions.

pub(crate) mod annotations;
pub(crate) mod commands;
