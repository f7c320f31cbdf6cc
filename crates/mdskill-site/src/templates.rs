//! [`Templates`]: the site's own templates, and those that replace them.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use serde::Serialize;

use crate::escape::escape;

/// The site's own templates.
const OWN: [(&str, &str); 5] = [
    ("base.html", include_str!("../templates/base.html")),
    ("file.html", include_str!("../templates/file.html")),
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
        let own = OWN.iter().map(|(name, text)| (*name, *text));
        let others = others.iter().map(|(name, text)| (&**name, &**text));
        for (name, text) in own.chain(others) {
            let added = environment.add_template_owned(name.to_owned(), text.to_owned());
            added.map_err(|error| explain(&error, name))?;
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
        let text = rendered.map_err(|error| explain(&error, name))?;
        Ok(text.into_bytes())
    }
}

/// Returns HTML for a template, which does not escape it.
pub(crate) fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

fn explain(error: &Error, template: &str) -> TemplateError {
    // The error of an included template is the cause of that of the including one.
    let mut innermost = error;
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(inner) = inner.downcast_ref::<Error>() {
            innermost = inner;
        }
        cause = inner.source();
    }
    let detail = innermost.detail().map(|detail| format!(": {detail}"));
    TemplateError {
        template: innermost.name().unwrap_or(template).to_owned(),
        line: innermost.line().unwrap_or(1),
        problem: format!("{}{}", innermost.kind(), detail.unwrap_or_default()),
    }
}
