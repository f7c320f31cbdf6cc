//! [`Templates`]: the site's own templates, and those that replace them.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use serde::Serialize;

use crate::escape::escape;
use crate::format::cut;

/// The most characters of a line in an error.
const MAX_LINE: usize = 100;

/// The site's own templates.
const OWN: [(&str, &str); 7] = [
    ("base.html", include_str!("../templates/base.html")),
    ("card.html", include_str!("../templates/card.html")),
    ("file.html", include_str!("../templates/file.html")),
    ("filters.html", include_str!("../templates/filters.html")),
    ("index.html", include_str!("../templates/index.html")),
    (
        "repository.html",
        include_str!("../templates/repository.html"),
    ),
    ("skill.html", include_str!("../templates/skill.html")),
];

/// A template has an error.
#[derive(Debug, thiserror::Error)]
#[error("{template}:{line}: {problem}")]
pub struct TemplateError {
    /// The file.
    pub template: String,
    /// The line, from 1.
    pub line: usize,
    /// The problem.
    pub problem: String,
}

/// The templates of a site.
#[derive(Debug)]
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Parses the templates. Those of `others` replace the site's own of the same name, or are included
    /// by them.
    pub(crate) fn new(others: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut environment = Environment::empty();
        let mut syntax = SyntaxConfig::builder();
        if let Ok(syntax) = syntax.trim_blocks(true).lstrip_blocks(true).build() {
            environment.set_syntax(syntax);
        }
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        // The escaping of the library leaves deceptive characters as they are.
        environment.set_formatter(|out, _, value| {
            if value.is_undefined() {
                return Err(Error::from(minijinja::ErrorKind::UndefinedError));
            }
            if value.is_none() {
                return Ok(());
            }
            let written = match value.as_str() {
                Some(text) if value.is_safe() => out.write_str(text),
                Some(text) => out.write_str(&escape(text)),
                None => out.write_str(&escape(&value.to_string())),
            };
            written.map_err(Error::from)
        });
        if let Some(name) = others.keys().find(|name| !is_used(name, others)) {
            let names: Vec<&str> = OWN.iter().map(|(name, _)| *name).collect();
            return Err(TemplateError {
                template: name.clone(),
                line: 1,
                problem: format!(
                    "no page is made from it, and no template includes it; the templates are {}",
                    names.join(", ")
                ),
            });
        }
        let own = OWN.iter().map(|(name, text)| (*name, *text));
        let others = others.iter().map(|(name, text)| (&**name, &**text));
        for (name, text) in own.chain(others) {
            let added = environment.add_template_owned(name.to_owned(), text.to_owned());
            added.map_err(|error| explain(&error, name, text))?;
        }
        Ok(Self(environment))
    }

    /// Fills a template.
    pub(crate) fn render(
        &self,
        name: &str,
        view: impl Serialize,
    ) -> Result<Vec<u8>, TemplateError> {
        let template = self.0.get_template(name);
        let rendered = template.and_then(|template| template.render(Value::from(Serde(view))));
        let text = rendered.map_err(|error| {
            let failed = self
                .0
                .get_template(innermost(&error).name().unwrap_or(name));
            let source = failed.as_ref().map_or("", |failed| failed.source());
            explain(&error, name, source)
        })?;
        Ok(text.into_bytes())
    }
}

/// Returns HTML for a template, which does not escape it.
pub(crate) fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

/// Whether a template replaces one of the site's own, or is named by another one.
fn is_used(name: &str, others: &BTreeMap<String, String>) -> bool {
    let is_named = |text: &String| {
        let quoted = [format!("\"{name}\""), format!("'{name}'")];
        quoted.iter().any(|quoted| text.contains(quoted))
    };
    OWN.iter().any(|(own, _)| *own == name) || others.values().any(is_named)
}

/// Returns the cause: that of an included template is the cause of that of the including one.
fn innermost(error: &Error) -> &Error {
    let mut innermost = error;
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(inner) = inner.downcast_ref::<Error>() {
            innermost = inner;
        }
        cause = inner.source();
    }
    innermost
}

/// `source` is the text of the template with the error.
fn explain(error: &Error, template: &str, source: &str) -> TemplateError {
    let innermost = innermost(error);
    let line = innermost.line().unwrap_or(1);
    let mut problem = innermost.kind().to_string();
    if let Some(detail) = innermost.detail() {
        problem = format!("{problem}: {detail}");
    } else if let Some(text) = source.lines().nth(line.saturating_sub(1)) {
        problem = format!("{problem} in `{}`", cut(text.trim(), MAX_LINE));
    }
    TemplateError {
        template: innermost.name().unwrap_or(template).to_owned(),
        line,
        problem,
    }
}
