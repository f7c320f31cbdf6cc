//! Parses the address of a site: `https://HOST[/SKILL]`, and an archive, a `SKILL.md`, or the file of an
//! index, each with an optional `//SKILL`. `site:` before an address marks it as a site.

use std::borrow::Cow;

use super::page::{decode, encode};
use super::parse::{Fault, fault, host_part, skill_part};
use super::{Spec, SpecSource};
use crate::source::site::{SiteKind, is_implied, kind_of, normalize};

const SITE_FORM: &str = "`https://HOST/skill` for a site with an index of skills, or the https URL of a zip, a tar.gz, or a SKILL.md, with `//` before the skill's path";

/// Parses the address after `site:`.
pub(super) fn explicit(text: &str) -> Result<Spec, Fault> {
    let start = text.find("://").map_or(0, |at| at + 3);
    let path = start + text[start..].find('/').unwrap_or(text.len() - start);
    let (url, skill) = split_skill(text, path);
    site(url, skill)
}

/// Parses an address without `site:`; `None` if it is that of a git repository, or of one of its pages.
pub(super) fn implied(scheme: &str, authority: &str, path: &str) -> Option<Result<Spec, Fault>> {
    let base = format!("{scheme}://{authority}");
    let text = format!("{base}{path}");
    let (url, skill) = split_skill(&text, base.len());
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    if kind_of(plain) != SiteKind::Index {
        return is_implied(plain).then(|| site(url, skill));
    }
    let unversioned = plain.split('@').next().unwrap_or_default();
    if unversioned != plain && kind_of(unversioned) != SiteKind::Index && is_implied(unversioned) {
        return Some(fault(
            "an archive or a file has no refs",
            "its address without `@`",
        ));
    }
    // The site's own index, and the name of a skill in it.
    let name = plain[base.len()..].trim_matches('/');
    if skill.is_some() || name.contains(['/', '@']) || !is_implied(&base) {
        return None;
    }
    if let Err(error) = host_part(authority) {
        return Some(Err(error));
    }
    let of_site = || {
        let name = decode(name)?;
        site(
            &base,
            Some(&name)
                .filter(|name| !name.is_empty())
                .map(String::as_str),
        )
    };
    Some(of_site())
}

/// Splits `URL//SKILL`.
fn split_skill(text: &str, path: usize) -> (&str, Option<&str>) {
    match text[path..].find("//") {
        Some(at) => (&text[..path + at], Some(&text[path + at + 2..])),
        None => (text, None),
    }
}

fn site(url: &str, skill: Option<&str>) -> Result<Spec, Fault> {
    let url = match normalize(url) {
        Ok(url) => url,
        Err(problem) => return fault(problem, SITE_FORM),
    };
    if skill.is_some_and(|skill| skill.contains('@')) {
        return fault("a site has no refs", SITE_FORM);
    }
    Ok(Spec {
        origin: SpecSource::Site(url),
        skill: skill.map(skill_part).transpose()?.flatten(),
        git_ref: None,
    })
}

/// Returns the text between the address of a site and a skill in it.
pub(super) fn separator(url: &str) -> &'static str {
    if kind_of(url) == SiteKind::Index && is_implied(url) {
        "/"
    } else {
        "//"
    }
}

/// Returns the address of a site as a spec has it.
pub(super) fn display(url: &str) -> Cow<'_, str> {
    if is_implied(url) {
        Cow::Borrowed(url)
    } else {
        Cow::Owned(format!("site:{url}"))
    }
}

/// Returns the name of a skill as a spec has it.
pub(super) fn display_skill<'s>(url: &str, skill: &'s str) -> Cow<'s, str> {
    match separator(url) {
        "/" => encode(skill),
        _ => Cow::Borrowed(skill),
    }
}
