//! SK101: the file does not begin with `---`.

use crate::diagnostic::{Change, Edit, Fix, Safety, Severity};
use crate::frontmatter::{Before, Fault, FrontmatterError, Preamble};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK101",
    name: "no-frontmatter",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "no frontmatter at the top of `SKILL.md`",
    why: "Without frontmatter there is no description, and clients skip the skill; 294 of 15,780 published versions have none.",
    example: "# PDF tools",
    how_to_fix: "begin the file with `---`, `name`, `description` and `---`, each on its own line; `--fix` can only remove blank lines before it",
    fixable: Fixable::Safe,
    check: Check::InvalidFrontmatter(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, error: &FrontmatterError) -> Option<Finding> {
    match &error.fault {
        Fault::NoFrontmatter { before } => {
            Some(Finding::from(error).with_fix(before.as_ref().and_then(removal)))
        }
        _ => None,
    }
}

/// Returns the fix that removes the lines before the frontmatter. Comments and text are content of
/// the author, so only blank lines, rules, and fences are removed.
fn removal(before: &Before) -> Option<Fix> {
    let (title, safety) = match before.what {
        Preamble::Blank => ("remove the blank lines before `---`", Safety::Safe),
        Preamble::Rule => ("remove the line before `---`", Safety::Unsafe),
        Preamble::Fence => ("remove the fence around the file", Safety::Unsafe),
        Preamble::Comment | Preamble::Heading | Preamble::Text => return None,
    };
    let removed = |span: Span| Edit {
        span,
        replacement: String::new(),
    };
    let pieces = [Some(before.span), before.closing].into_iter().flatten();
    Some(Fix {
        title: title.to_owned(),
        safety,
        change: Change::Edit(pieces.map(removed).collect()),
    })
}
