//! SK404: a code fence is never closed.

use crate::diagnostic::{Fix, Severity};
use crate::parsed_skill::{Page, ParsedSkill};
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK404",
    name: "fence-unclosed",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a code fence is never closed",
    why: "Everything after it is code to a client: headings, links and instructions are lost; 18 of 2,672 public skills.",
    example: "```sh\nmake\n\n## Next",
    mend: "close the block with a line of as many backticks",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in skill.read_by_agents() {
        for (at, opening) in page.markdown.unclosed_fences.iter().enumerate() {
            let is_outermost = is_outermost(page, *opening);
            let is_empty = page.text[opening.end..].trim().is_empty();
            let may_close = is_outermost && may_close(page, *opening);
            let message = match (is_empty, is_outermost) {
                (true, _) => {
                    "this code fence opens a block and nothing follows: there is one fence too many"
                }
                (_, true) => {
                    "this code fence is never closed: what follows is code, not instructions"
                }
                // The closing fence is there, but a line before it ended the item.
                (_, false) => "this code fence is not closed before its list item or quote ends",
            };
            let help = match (is_empty, is_outermost) {
                (_, true) if may_close && at > 0 => {
                    "if it is to close the fence in the list or quote above, indent all lines between as deep as that fence"
                }
                (true, true) if may_close => {
                    "remove the line; or if it closes a block with a block in it, open and close the outer block with four backticks"
                }
                (_, true) if may_close => {
                    "close the block; or if this closes a block with a block in it, open and close the outer block with four backticks"
                }
                (true, _) => "remove the line, or the fence above that is not meant",
                (_, true) => "",
                (_, false) => {
                    "indent all lines of the block as deep as its fence, and close it there"
                }
            };
            let finding = Finding::in_file(page.path, *opening, message, help);
            let is_opening = is_outermost && !may_close;
            let closing = is_opening.then(|| closing(page, *opening)).flatten();
            findings.push(match closing {
                Some(fix) => finding.fixed_by(fix),
                None => finding,
            });
        }
    }
    findings
}

/// Whether a fence that opens a block may have been meant to close one: it names no language, and
/// a block stands before it, which the fence of a block within may have closed.
fn may_close(page: &Page<'_>, opening: Span) -> bool {
    let is_bare = opening
        .of(&page.text)
        .trim()
        .trim_start_matches(['`', '~'])
        .is_empty();
    let first = page.markdown.code_blocks.first();
    is_bare && first.is_some_and(|block| block.start < opening.start)
}

/// Whether a block stands in no list and no quote.
fn is_outermost(page: &Page<'_>, opening: Span) -> bool {
    let blocks = &page.markdown.blocks;
    blocks
        .binary_search_by_key(&opening.start, |block| block.start)
        .is_ok()
}

/// Returns the closing line where nothing but code can be meant: one piece without a blank
/// line, from the fence to the end of the file.
fn closing(page: &Page<'_>, opening: Span) -> Option<Fix> {
    let blocks = &page.markdown.code_blocks;
    let at = blocks.binary_search_by_key(&opening.start, |block| block.start);
    let block = blocks[at.ok()?].of(&page.text);
    let rest = page.text[opening.start..].trim_end();
    // In this order: only the last block of a page is read to its end.
    let is_at_the_end = block.trim_end().len() == rest.len();
    let is_one_piece = || rest.contains('\n') && rest.lines().all(|line| !line.trim().is_empty());
    if !is_at_the_end || !is_one_piece() {
        return None;
    }
    let line = opening.of(&page.text).trim_start();
    let mark = line.chars().next()?;
    let fence: String = line.chars().take_while(|c| *c == mark).collect();
    let line_end = match page.text.ends_with('\n') {
        true => "",
        false => "\n",
    };
    let end = Span::at(page.text.len());
    Some(
        Fix::safe(
            "close the fence at the end of the file",
            end,
            format!("{line_end}{fence}\n"),
        )
        .as_unsafe(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Change;
    use crate::profile::Profile;
    use crate::skill_files::MemoryFiles;

    fn appended(body: &str) -> Vec<Option<String>> {
        let text = format!("---\nname: a\n---\n{body}");
        let skill = MemoryFiles::new("a").with("SKILL.md", text);
        let found = check(&ParsedSkill::new(&skill, Profile::default())).into_iter();
        let change = |finding: Finding| match finding.fix.map(|fix| fix.change) {
            Some(Change::Edit(edits)) => edits.into_iter().next().map(|edit| edit.replacement),
            _ => None,
        };
        found.map(change).collect()
    }

    #[test]
    fn a_fence_without_a_language_may_be_the_end_of_a_block_with_a_block_in_it() {
        let help = |body: &str| {
            let skill =
                MemoryFiles::new("a").with("SKILL.md", format!("---\nname: a\n---\n{body}"));
            check(&ParsedSkill::new(&skill, Profile::default()))[0]
                .help
                .clone()
        };
        let nested = "```md\n```sh\nmake\n```\n```\n";
        for body in [nested.to_owned(), format!("{nested}\nmore\n")] {
            assert!(help(&body).contains("four backticks"), "{body}");
        }
        for body in ["```\nmake\n\n## Next\n", "```\na\n```\n\n```sh\nmake\n"] {
            assert!(!help(body).contains("four backticks"), "{body}");
        }
    }

    #[test]
    fn a_fence_is_closed_where_only_code_can_be_meant() {
        assert_eq!(appended("x\n\n````sh\nmake\n"), [Some("````\n".to_owned())]);
        assert_eq!(appended("~~~\nmake"), [Some("\n~~~\n".to_owned())]);
        for body in [
            "```\nmake\n\n## Next\n",
            "- ```\n  make\n\nmore\n",
            "```\n",
            "- ```\n  make\n",
            // The last fence is the end of the first.
            "```md\n```sh\nmake\n```\n```\nmore\n",
        ] {
            assert_eq!(appended(body), [None], "{body}");
        }
        assert_eq!(appended("```\nmake\n```\n"), []);
    }
}
