//! Properties that hold for every skill.

use proptest::collection::vec;
use proptest::prelude::*;

use super::validate_text;
use crate::diagnostic::{Change, Diagnostic, Safety};
use crate::fix::{FileChange, FixOutcome, apply_fixes};
use crate::skill_files::{Entry, EntryKind, MemoryFiles, OverlayFiles, SkillFiles};
use crate::{Level, Settings, validate};

/// Every form that a frontmatter rule knows, and similar ones.
fn any_frontmatter() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("name: a\n"),
        Just("name: A_b\n"),
        Just("name: 'é'\n"),
        Just("Name: a\n"),
        Just("description: b\n"),
        Just("description: Use when: it rains\n"),
        Just("description: \"quoted\" and more\n"),
        Just("description: >\n  folded\n  é text\n"),
        Just("description: |-\n  kept\n"),
        Just("description: *starred* text\n"),
        Just("description: `ticked` text\n"),
        Just("description: [bracketed] text\n"),
        Just("description: @mentioned\n"),
        Just("description: %d\n"),
        Just("allowed-tools: Read, Grep\n"),
        Just("allowed-tools: 'Bash(git add, git rm:*),Read' # why\n"),
        Just("allowed-tools: [Read, Grep]\n"),
        Just("metadata: [a]\n"),
        Just("metadata:\n  version: 1.0\n  author: é\n"),
        Just("version: 1\n"),
        Just("compatibility: [x]\n"),
        Just("x: c: d\n"),
        Just("y: \"\n"),
        Just("\t"),
        Just("- a\n"),
        Just("# a comment\n"),
        Just("z: &a *a\n"),
        Just("\n"),
    ];
    vec(line, 0..6).prop_map(|lines| lines.concat())
}

fn any_body() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("`references/b.md` "),
        Just("`references/B.md` "),
        Just("`references/c.md`"),
        Just("[x](references/é.md)"),
        Just("[x](references/B.md#top \"title\")"),
        Just("[x]: references/c.md\n"),
        Just("![x](assets/x.png)"),
        Just("<a href=\"references/c.md\">"),
        Just("python scripts/run.py\n"),
        Just("[x](../other/SKILL.md)"),
        Just("[x](/root.md)"),
        Just("# é heading\n"),
        Just("<!-- mdskill-ignore SK302: why -->\n"),
        Just("```\n"),
        Just("\n"),
        Just("é"),
        Just("\u{200b}"),
        Just("\\"),
        Just("> "),
        Just("| "),
        Just("* "),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A page as authors and editors write it, right or wrong.
fn any_page() -> impl Strategy<Value = String> {
    let head = prop_oneof![
        8 => Just("---\n"),
        1 => Just("\u{feff}---\n"),
        1 => Just("\n---\n"),
        1 => Just("```yaml\n---\n"),
        1 => Just(""),
    ];
    let fence = prop_oneof![6 => Just("---\n"), 1 => Just("--- \n"), 1 => Just("")];
    (head, any_frontmatter(), fence, any_body())
        .prop_map(|(head, front, fence, body)| format!("{head}{front}{fence}{body}"))
}

fn any_skill() -> impl Strategy<Value = MemoryFiles> {
    let file = prop_oneof![6 => Just("SKILL.md"), 1 => Just("skill.md"), 1 => Just("Skill.md")];
    let texts = (any_page(), any_page());
    (file, texts, any::<bool>()).prop_map(|(file, (page, reference), is_crlf)| {
        let page = if is_crlf {
            page.replace('\n', "\r\n")
        } else {
            page
        };
        MemoryFiles::new("a")
            .with(file, page)
            .with("references/b.md", reference)
            .with("scripts/run.py", "#!/usr/bin/env python3\nprint()\n")
    })
}

/// Returns settings with every rule on.
fn all_rules() -> Settings {
    let mut settings = Settings::default();
    settings.set("all", Level::Own).unwrap();
    settings
}

/// Returns the skill with these changes.
fn changed<'a>(skill: &'a MemoryFiles, changes: &[FileChange]) -> OverlayFiles<'a> {
    let mut view = OverlayFiles::over(skill);
    for change in changes {
        if let Some((before, after)) = &change.text {
            assert_eq!(&*view.read(&change.path).unwrap(), before.as_bytes());
            view.write(&change.path, after.as_bytes());
        }
        if change.becomes_executable {
            view.make_executable(&change.path);
        }
        if let Some(to) = &change.renamed_to {
            assert!(view.entry(to).is_none(), "{to} is taken");
            view.rename(&change.path, to);
        }
    }
    view
}

fn is_inside(skill: &dyn SkillFiles, found: &Diagnostic) -> bool {
    let Ok(bytes) = skill.read(&found.file) else {
        // It is about a missing file or a folder.
        return found.excerpt.is_none();
    };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    let ends = |line: usize| lines[line - 1].chars().count() + 1;
    let edits = match found.fix.as_ref().map(|fix| &fix.change) {
        Some(Change::Edit(edits)) => edits.as_slice(),
        _ => &[],
    };
    let excerpt_is_sound = found.excerpt.as_ref().is_none_or(|excerpt| {
        let marked = excerpt.marked;
        excerpt.line.get(marked.start..marked.end).is_some()
    });
    found.start.line >= 1
        && found.start <= found.end
        && found.end.line <= lines.len()
        && found.start.column <= ends(found.start.line)
        && found.end.column <= ends(found.end.line)
        && excerpt_is_sound
        && edits
            .iter()
            .all(|edit| text.get(edit.span.start..edit.span.end).is_some())
        && edits.is_sorted_by(|a, b| a.span.end <= b.span.start)
}

/// Whether `after` is `before` with only the spans of the fix replaced.
fn keeps_the_rest(before: &str, after: &str, found: &Diagnostic) -> bool {
    let Some(Change::Edit(edits)) = found.fix.as_ref().map(|fix| &fix.change) else {
        return before == after;
    };
    let mut rest = Some(after);
    let mut kept_to = 0;
    for edit in edits {
        rest = rest
            .and_then(|rest| rest.strip_prefix(&before[kept_to..edit.span.start]))
            .and_then(|rest| rest.strip_prefix(edit.replacement.as_str()));
        kept_to = edit.span.end;
    }
    rest == Some(&before[kept_to..])
}

proptest! {
    #[test]
fn validate_accepts_any_bytes(
        page in vec(any::<u8>(), 0..300),
        reference in vec(any::<u8>(), 0..200),
        script in vec(any::<u8>(), 0..100),
        path in "[a-zA-Z./é\u{200b} -]{1,12}",
    ) {
        let skill = MemoryFiles::new("a")
            .with("SKILL.md", &page)
            .with("references/b.md", &reference)
            .with("scripts/run.py", &script)
            .with_entry(Entry { path, kind: EntryKind::Special });
        let found = validate(&skill, &all_rules()).diagnostics;
        prop_assert!(found.iter().all(|found| is_inside(&skill, found)), "{found:?}");
        drop(apply_fixes(&skill, &all_rules(), Safety::Unsafe));
    }

    #[test]
fn findings_and_edits_are_inside_their_files(skill in any_skill()) {
        for found in validate(&skill, &all_rules()).diagnostics {
            prop_assert!(is_inside(&skill, &found), "{found:?}");
        }
    }

    #[test]
fn crlf_and_lf_have_the_same_findings(text in any_page()) {
        let places = |text: &str| -> Vec<_> {
            let found = validate_text(text.as_bytes()).into_iter();
            let found = found.filter(|found| found.code != "SK004");
            found.map(|found| (found.code, found.start, found.message)).collect()
        };
        prop_assert_eq!(places(&text), places(&text.replace('\n', "\r\n")));
    }

    #[test]
fn second_fix_changes_nothing(skill in any_skill(), is_unsafe in any::<bool>()) {
        let safety = if is_unsafe { Safety::Unsafe } else { Safety::Safe };
        let FixOutcome { changes, fixed, checked, .. } = apply_fixes(&skill, &all_rules(), safety);
        prop_assert_eq!(changes.is_empty(), fixed.is_empty());
        let fixed_skill = changed(&skill, &changes);
        prop_assert_eq!(&validate(&fixed_skill, &all_rules()), &checked);
        let again = apply_fixes(&fixed_skill, &all_rules(), safety);
        prop_assert_eq!(again.changes, []);
    }

    #[test]
fn fix_keeps_other_bytes(skill in any_skill()) {
        for found in validate(&skill, &all_rules()).diagnostics {
            let Some(Change::Edit(edits)) = found.fix.as_ref().map(|fix| &fix.change) else {
                continue;
            };
            let bytes = skill.read(&found.file).unwrap();
            let before = std::str::from_utf8(&bytes).unwrap();
            let edited = crate::fix::text_edit::edit(before, &[edits]);
            prop_assert_eq!(edited.applied, vec![0], "{:?}", found);
            prop_assert!(keeps_the_rest(before, &edited.text, &found), "{found:?}");
        }
    }

    #[test]
fn fixes_keep_skill_loadable(skill in any_skill()) {
        let is_loadable = |skill: &dyn SkillFiles| {
            let found = validate(skill, &Settings::default()).diagnostics;
            !found.iter().any(|found| found.blocks_loading)
        };
        let fixed = apply_fixes(&skill, &all_rules(), Safety::Unsafe);
        prop_assert!(!is_loadable(&skill) || is_loadable(&changed(&skill, &fixed.changes)));
    }
}
