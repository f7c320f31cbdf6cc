//! Redirections, and the documents below a command.

use super::{Reader, Until};

/// A text that stands in the lines below a command.
pub(super) struct HereDocument {
    end: String,
    is_indented: bool,
    is_run: bool,
}

impl Reader<'_> {
    pub(super) fn redirect(&mut self) {
        if self.skip("<(") || self.skip(">(") {
            return self.commands(Until::Parenthesis);
        }
        let is_document = self.rest().starts_with("<<") && !self.rest().starts_with("<<<");
        self.skip_while(|c| matches!(c, '<' | '>' | '&' | '|'));
        let is_indented = is_document && self.skip("-");
        self.skip_while(|c| matches!(c, ' ' | '\t'));
        if self.peek().is_some_and(|c| matches!(c, '\n' | '<' | '>')) {
            return;
        }
        let word = self.word();
        if is_document && !word.text.is_empty() {
            self.documents.push(HereDocument {
                end: word.text,
                is_indented,
                is_run: self.reads_commands,
            });
        }
    }

    /// Passes over the documents that begin with this line.
    pub(super) fn here_documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let start = self.at;
            let mut end = self.text.len();
            let rest = self.rest();
            self.at = self.text.len();
            let mut line_at = start;
            for line in rest.split_inclusive('\n') {
                let said = line.trim_end_matches(['\r', '\n']);
                let said = match document.is_indented {
                    true => said.trim_start_matches('\t'),
                    false => said,
                };
                // In a list of a page all lines are indented.
                if said.trim_start_matches(' ') == document.end {
                    end = line_at;
                    self.at = line_at + line.len();
                    break;
                }
                line_at += line.len();
            }
            self.work = self.work.saturating_sub(self.at - start);
            if document.is_run {
                self.inner(&self.text[start..end], Some(start));
            }
        }
    }
}
