//! SK404: a code fence is never closed.

use crate::diagnostic::{Fix, Severity};
use crate::parsed_skill::{Page, ParsedSkill};
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK404",
    name: "fence-unclosed",
    severity: Severity::Warning,
    summary: "a code fence is never closed",
    why: "Clients read everything after it as code: headings, links and instructions are lost; 18 of 2,672 public skills have one.",
    example: "```sh\nmake\n\n## Next",
    how_to_fix: "close the block with a line of the same number of backticks",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
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
                    "this code fence opens an empty block at the end: there is one fence too many"
                }
                (_, true) => {
                    "this code fence is never closed: all text after it is code, not instructions"
                }
                // The closing fence exists, but a line before it ended the list item.
                (_, false) => "this code fence is not closed before its list item or quote ends",
            };
            let help = match (is_empty, is_outermost) {
                (_, true) if may_close && at > 0 => {
                    "if it closes the fence in the list or quote above, indent all lines between them as deep as that fence"
                }
                (true, true) if may_close => {
                    "remove the line; if it closes a block that contains a block, use four backticks for the outer block"
                }
                (_, true) if may_close => {
                    "close the block; if this fence closes a block that contains a block, use four backticks for the outer block"
                }
                (true, _) => "remove the line, or the unwanted fence above",
                (_, true) => RULE.how_to_fix,
                (_, false) => {
                    "indent all lines of the block as deep as its fence, and close it there"
                }
            };
            let is_opening = is_outermost && !may_close;
            let fix = is_opening.then(|| closing(page, *opening)).flatten();
            let finding = Finding::in_file(page.path, *opening, message).with_fix(fix);
            findings.push(finding.with_help(help));
        }
    }
    findings
}

/// Whether the author may have intended an opening fence as a closing one: it has no language, and
/// a block precedes it, which the fence of a nested block may have closed.
fn may_close(page: &Page<'_>, opening: Span) -> bool {
    let is_bare = opening
        .of(&page.text)
        .trim()
        .trim_start_matches(['`', '~'])
        .is_empty();
    let first = page.markdown.code_blocks.first();
    is_bare && first.is_some_and(|block| block.start < opening.start)
}

/// Whether a block is outside of lists and quotes.
fn is_outermost(page: &Page<'_>, opening: Span) -> bool {
    let blocks = &page.markdown.blocks;
    blocks
        .binary_search_by_key(&opening.start, |block| block.start)
        .is_ok()
}

/// Returns the fix that adds the closing line. It is offered only where the rest of the file is
/// certainly code: one piece without a blank line, from the fence to the end of the file.
fn closing(page: &Page<'_>, opening: Span) -> Option<Fix> {
    let blocks = &page.markdown.code_blocks;
    let at = blocks.binary_search_by_key(&opening.start, |block| block.start);
    let block = blocks[at.ok()?].of(&page.text);
    let rest = page.text[opening.start..].trim_end();
    // In this order, because only the last block of a page is read to its end.
    let is_at_the_end = block.trim_end().len() == rest.len();
    let is_one_piece = || rest.contains('\n') && rest.lines().all(|line| !line.trim().is_empty());
    if !is_at_the_end || !is_one_piece() {
        return None;
    }
    let line = opening.of(&page.text).trim_start();
    let mark = line.chars().next()?;
    let fence: String = line.chars().take_while(|c| *c == mark).collect();
    let line_end = if page.text.ends_with('\n') { "" } else { "\n" };
    let line = format!("{line_end}{fence}\n");
    let end = Span::at(page.text.len());
    Some(Fix::safe("close the fence at the end of the file", end, line).as_unsafe())
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
    fn bare_fence_after_nested_block_gets_nesting_help() {
        let help = |body: &str| {
            let skill =
                MemoryFiles::new("a").with("SKILL.md", format!("---\nname: a\n---\n{body}"));
            let found = check(&ParsedSkill::new(&skill, Profile::default()));
            found[0].help.clone().unwrap()
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
    fn fence_is_closed_only_before_certain_code() {
        assert_eq!(appended("x\n\n````sh\nmake\n"), [Some("````\n".to_owned())]);
        assert_eq!(appended("~~~\nmake"), [Some("\n~~~\n".to_owned())]);
        for body in [
            "```\nmake\n\n## Next\n",
            "- ```\n  make\n\nmore\n",
            "```\n",
            "- ```\n  make\n",
            // The last fence closes the first.
            "```md\n```sh\nmake\n```\n```\nmore\n",
        ] {
            assert_eq!(appended(body), [None], "{body}");
        }
        assert_eq!(appended("```\nmake\n```\n"), []);
    }
}
