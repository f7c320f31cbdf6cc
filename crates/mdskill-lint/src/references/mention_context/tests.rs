use super::*;
use crate::markdown::read;

fn optional(markdown: &str) -> bool {
    is_optional(markdown, read(markdown, 0).links.last().unwrap())
}

#[test]
fn is_optional_finds_sentences_that_need_no_file() {
    for markdown in [
        "See `lora-qlora-recipes`'s\n`references/unsloth-trl-mapping.md` for it.",
        "**Examples**: `references/finance.md` and others",
        "The plugin does not ship `references/run.md`",
        "Split by topic, e.g. `references/aws.md`",
        "Save the chart to `assets/chart.png`.",
        "A `references/cheatsheet.md` would be helpful",
        "Read `references/forms.md` in the `pdf` skill",
        "It and its `references/a.md`",
        "See `dataset`'s recipe (`references/data.md`)",
        "See `recipes`'\n`references/data.md`",
        "It reads `references/a.md`, which is not included",
        "The bank is missing `references/a.md`",
        "**Avoid**: `references/a.md`",
        "**Fix:** Create a folder and move there:\n- rubrics → `references/a.md`",
        "**Good:** `references/a.md`",
        "- Examples → `references/a.md`",
        "```sh\npython x.py > assets/a.txt\n```",
        "```sh\nx --output assets/a.txt\n```",
        "```markdown\n[a](references/a.md)\n```",
        "```markdown\nSee `references/a.md`\n```",
        "```md\n| references/a.md | Used by all |\n```",
        "```ts\n// assets/a.ts\nlet x = 1;\n```",
        "```html\n<!-- assets/a.html -->\n<p>\n```",
        "`references/a.md` does not exist",
        "`references/a.md` isn't in the repository",
        "见 `pdf` 技能的 `references/a.md`。",
        "2. **Author the resource** at `resources/a/resource.json` using this shape.",
        "- **Vue**: Add to `assets/global.css`",
        "Keep durable examples in `references/a.md` when they repeat.",
        "Paths are relative to the current working directory: `assets/a.png`",
        "路径相对于**当前工作目录**（如 `./assets/a.png`）",
        "#### Example: an agent\n\n**Path:** `resources/a.json`",
        "## Changelog\n\n- 1.2: renamed `references/a.md`",
        "**Base Layout** (`resources/views/app.php`):\n\n```php\n<html>\n```",
        "**File**: `assets/a.frag`\n\n```glsl\nvoid main()\n```",
        "HarmonyOS 在 `resources/a.json`：\n```json\n{}\n```",
        "## File: references/a.md",
        "| Type | Example |\n|---|---|\n| Relative | `./references/a.md` |",
        "**Allowed**: relative paths (`references/a.md`)",
        "Paths such as these: `scripts/example.py`, `references/a.md`",
        "**Deleted**:\n- `references/a.md` — not used",
        "It starts at its own page, which leads to `references/a.md`",
        "2. **`assets/css/main.css`** (or similar): global styles",
        "```json\n{ \"image\": \"assets/a.png\" }\n```",
    ] {
        assert!(optional(markdown), "{markdown}");
    }
}

#[test]
fn is_in_template_finds_blanks_to_fill_in() {
    for (markdown, expected) in [
        (
            "- [Component Name]: [Description]\n  - [c.md](./c.md)",
            true,
        ),
        ("- [c.md](./c.md) - [Description]", true),
        (
            "- [ ] see [c.md](c.md)[^1] and [The Guide](https://a.b) or [Own][id]",
            false,
        ),
        ("See [c.md](c.md), `x[Index]` and [0]", false),
    ] {
        let found = read(markdown, 0);
        let mention = found
            .links
            .iter()
            .find(|found| found.target.ends_with("c.md"));
        assert_eq!(
            is_in_template(markdown, mention.unwrap()),
            expected,
            "{markdown}"
        );
    }
}

#[test]
fn is_optional_ignores_plain_sentences() {
    for markdown in [
        "See `references/a.md` for details.",
        "Do not guess. Read `references/a.md`.",
        "- **`references/a.md`** - the rules",
        "To write charts, read `references/a.md`",
        "Outputs are described in detail in `references/a.md` of the skill",
        "Read these:\n\n- the rules: `references/a.md`",
        "```sh\n# Do not guess\n# See references/a.md for details\n```",
        "**references/a.md**: Never store keys in it",
        "- **`references/a.md`** — do not load it twice",
        "`references/a.md` (do not edit)",
        "Add the rules from `references/a.md` to the plan",
        "Records are stored in `references/a.md`",
        "## Examples\n\nRead `references/a.md`",
        "```sh\ncat references/a.md # the rules\n```",
        "```markdown\n```sh\ncat references/a.md\n```",
        "用 `references/a.md`",
        "Read `references/a.md`:\n\n```sh\ncat references/a.md.txt\n```\n\nSee `references/a.md`",
    ] {
        assert!(!optional(markdown), "{markdown}");
    }
}
