//! Finds samples of Markdown whose fence is closed too early, by the fence of a block in the sample.
//!
//! A sample page with a block of code needs four backticks around it. With three, the parser ends the
//! sample at the end of the inner block, and reads the rest of the sample as text: its links lead
//! to files of the sample, not of the skill.

use crate::span::Span;

/// Returns the blocks with a nested block, as their author wrote them, sorted. `blocks` are the
/// blocks of the parser.
pub(super) fn split_samples(text: &str, from: usize, blocks: &[Span]) -> Vec<Span> {
    if blocks
        .iter()
        .any(|block| has_nested_opening(block.of(text)))
    {
        nested_blocks(text, from)
    } else {
        Vec::new()
    }
}

/// Whether a block of the parser contains a line that opens a block: only then can it be split.
fn has_nested_opening(block: &str) -> bool {
    let mut lines = block.lines();
    let is_sample = lines
        .next()
        .and_then(fence)
        .is_some_and(|fence| fence.is_sample());
    is_sample && block.len() > 8 && lines.filter_map(fence).any(|fence| !fence.info.is_empty())
}

/// Returns the sample blocks that contain other blocks, where each opening fence has a closing one.
fn nested_blocks(text: &str, from: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open: Vec<Fence<'_>> = Vec::new();
    let mut outer = Span::at(from);
    let mut is_nested = false;
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(fence) = fence(line) else { continue };
        match open.last() {
            None => {
                (outer.start, is_nested) = (start, false);
                open.push(fence);
            }
            Some(last) if fence.closes(last) => {
                open.pop();
                if open.is_empty() && is_nested {
                    found.push(Span::new(outer.start, at));
                }
            }
            Some(_) if open[0].is_sample() && !fence.info.is_empty() => {
                is_nested = true;
                open.push(fence);
            }
            Some(_) => {}
        }
    }
    found
}

/// A line that opens or closes a block.
struct Fence<'a> {
    mark: char,
    length: usize,
    info: &'a str,
}

impl Fence<'_> {
    fn closes(&self, opening: &Self) -> bool {
        self.info.is_empty() && self.mark == opening.mark && self.length >= opening.length
    }

    /// Whether the block can be a sample of a page: it is Markdown, or has no language.
    fn is_sample(&self) -> bool {
        let language = self.info.split_whitespace().next().unwrap_or_default();
        ["", "md", "markdown", "mdx", "text", "txt"]
            .iter()
            .any(|sample| language.eq_ignore_ascii_case(sample))
    }
}

fn fence(line: &str) -> Option<Fence<'_>> {
    let line = line.trim();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let length = line.len() - info.len();
    (length >= 3 && !info.contains('`')).then_some(Fence {
        mark,
        length,
        info: info.trim(),
    })
}

#[cfg(test)]
mod tests {
    use crate::markdown::read;

    #[test]
    fn rest_of_a_sample_after_a_nested_block_has_no_links() {
        let targets = |text: &str| -> Vec<String> {
            let links = read(text, 0).links.into_iter();
            links.map(|link| link.target).collect()
        };
        let sample = "[x](x.md)\n```markdown\n# Guide\n```sh\nmake\n```\n[a](a.md) `r/b.md`\n```\n\n[y](y.md)\n";
        let twice = format!("{sample}\n{sample}");
        // The parser reads the text after the last line of a sample as code.
        assert_eq!(targets(sample), ["x.md"]);
        assert_eq!(targets(&twice), ["x.md"]);
        for whole in [
            "```markdown\n# Guide\n```\n[a](a.md)\n```sh\nmake\n```\n",
            // The sample has no end.
            "```markdown\n```sh\nmake\n```\n[a](a.md)\n",
            "```js\n```sh\nmake\n```\n[a](a.md)\n\n```\n```\n",
            "````markdown\n```sh\nmake\n```\n````\n[a](a.md)\n",
        ] {
            assert_eq!(targets(whole), ["a.md"], "{whole}");
        }
    }
}
