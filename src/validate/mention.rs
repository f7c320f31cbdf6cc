//! [`Mention`]: a reference that means a file, and leads astray.

use crate::skill::markdown::{Reference, ReferenceKind};
use crate::validate::context::Context;
use crate::validate::hedge;
use crate::validate::paths::{self, Destination};

/// Folders whose first segment in a code span means the skill's own: of the
/// paths below them in 2,672 public skills, most resolve, and what does not is broken.
const OWN_IN_TEXT: [&str; 4] = ["references", "reference", "resources", "assets"];

/// A reference that means a file, and does not lead to one.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'a> {
    /// The reference.
    pub reference: &'a Reference,
    /// Where it leads.
    pub destination: Destination<'a>,
}

/// Returns the links and images that lead astray and are no placeholders.
pub fn links<'a>(context: &'a Context<'a>) -> impl Iterator<Item = Mention<'a>> {
    let links = references(context);
    let links = links.filter(|reference| reference.kind.is_link() && !reference.target.is_empty());
    astray(context, links)
}

/// Returns the code spans that mean a file in one of the skill's own folders and
/// lead astray. `scripts/` is not among the folders: 54% of what is missing there
/// is the user's file.
pub fn code_spans<'a>(context: &'a Context<'a>) -> impl Iterator<Item = Mention<'a>> {
    let spans = references(context);
    let spans = spans.filter(|reference| reference.kind == ReferenceKind::CodeSpan);
    astray(context, spans).filter(|mention| {
        let target = &mention.reference.target;
        let top = paths::top_folder(target).unwrap_or_default().to_lowercase();
        OWN_IN_TEXT.contains(&top.as_str())
            && names_a_file(target)
            && !hedge::is_hedged(&context.pages[0].text, mention.reference)
    })
}

fn references<'a>(context: &'a Context<'a>) -> impl Iterator<Item = &'a Reference> {
    let page = context.skill_page().into_iter();
    page.flat_map(|page| &page.markdown.references)
}

/// Whether a link leads into a folder of the skill: a conventional one, or one that exists.
#[must_use]
pub fn is_own_folder(context: &Context<'_>, target: &str) -> bool {
    paths::top_folder(target).is_some_and(|top| {
        let is_conventional = top == "scripts" || OWN_IN_TEXT.contains(&top.as_str());
        is_conventional || context.paths.has_folder(&top)
    })
}

/// Whether the last segment has an extension. A folder that is not there is a
/// false alarm in 70%, and `resources/list` is a method of a protocol.
fn names_a_file(target: &str) -> bool {
    target
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

fn astray<'a>(
    context: &'a Context<'a>,
    references: impl Iterator<Item = &'a Reference>,
) -> impl Iterator<Item = Mention<'a>> {
    let mentions = references.map(|reference| Mention {
        reference,
        destination: context.paths.destination(&reference.target),
    });
    mentions.filter(|mention| {
        let is_astray = matches!(
            mention.destination,
            Destination::Missing | Destination::OtherCase(_)
        );
        is_astray && !hedge::is_placeholder(&mention.reference.target)
    })
}
