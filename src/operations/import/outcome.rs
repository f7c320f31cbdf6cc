//! [`ImportOutcome`]: the result for one skill of another tool.

use crate::operations::OpError;
use crate::operations::report::Problem;

/// The result of a step of the import for one skill.
pub(super) enum ImportOutcome<T> {
    /// The skill can be imported.
    Ready(T),
    /// The lockfile has a skill of this name.
    AlreadyLocked(Problem),
    /// The skill can't be imported.
    NotImported(Problem),
}

/// Why a step ended early.
pub(super) enum Stop {
    /// The lockfile has a skill of this name.
    AlreadyLocked(String),
    /// This skill can't be imported, for this reason.
    NotImported(String),
    /// The whole import fails.
    Failed(OpError),
}

impl<T> ImportOutcome<T> {
    /// Returns the outcome of a step for the skill of this name.
    ///
    /// # Errors
    /// If the whole import fails.
    pub fn of(name: &str, result: Result<T, Stop>) -> Result<Self, OpError> {
        let problem = |reason| Problem {
            name: name.to_owned(),
            reason,
        };
        match result {
            Ok(ready) => Ok(Self::Ready(ready)),
            Err(Stop::AlreadyLocked(reason)) => Ok(Self::AlreadyLocked(problem(reason))),
            Err(Stop::NotImported(reason)) => Ok(Self::NotImported(problem(reason))),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

impl<E: Into<OpError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
