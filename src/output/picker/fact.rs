//! [`Fact`]: a line of the preview.

use crate::output::text::place;
use mdskill_lint::capability::Capability;

/// A fact about an item, in the preview.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fact {
    /// The label; empty for a paragraph.
    pub(crate) label: String,
    /// The text.
    pub(crate) text: String,
    /// Whether it has the color of warnings.
    pub(crate) is_alert: bool,
}

impl Fact {
    /// Creates a fact with a label.
    pub(crate) fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            is_alert: false,
        }
    }

    /// Creates a fact without a label.
    pub(crate) fn paragraph(text: impl Into<String>) -> Self {
        Self::new("", text)
    }

    /// Gives it the color of warnings, if `is_alert`.
    pub(crate) fn alert_if(self, is_alert: bool) -> Self {
        Self { is_alert, ..self }
    }
}

/// Returns a fact for each kind of capability: `hooks`, `PreToolUse: scripts/go.sh (SKILL.md:10)`.
pub(crate) fn capability_facts(capabilities: &[Capability]) -> Vec<Fact> {
    let kinds = capabilities.chunk_by(|one, other| one.kind == other.kind);
    let fact = |of_kind: &[Capability]| {
        let each = of_kind.iter().map(|one| {
            if one.what == one.file {
                one.what.clone()
            } else {
                format!("{} ({})", one.what, place(one))
            }
        });
        let kind = of_kind[0].kind;
        let text = each.collect::<Vec<_>>().join(", ");
        Fact::new(kind.to_string(), text).alert_if(kind.is_severe())
    };
    kinds.map(fact).collect()
}
