//! The formats of GitHub Actions.

pub mod annotations;
pub mod commands;
