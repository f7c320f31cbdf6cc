//! [`Index`]: which words occur in which skills. It is kept as one text of bytes, so that a search
//! reads only the words that it needs, and decodes only the skills that match.
//!
//! | part | content |
//! |---|---|
//! | magic, sum, key | the layout's version, a sum of all bytes that follow, what was indexed |
//! | two counts | of skills and of words |
//! | two tables | where each skill, and each word, begins |
//! | skills | name, path, kind of spec, description, number of words |
//! | words | sorted; each with its skills: the distance to the one before, and how often it occurs where |

use std::collections::{BTreeMap, HashMap};

use super::query::words_of;

/// The first bytes; the number changes with the layout.
const MAGIC: [u8; 16] = *b"mdskill-search-1";
const SUM_AT: usize = MAGIC.len();
const KEY_AT: usize = SUM_AT + 8;
const COUNTS_AT: usize = KEY_AT + KEY_BYTES;
const TABLES_AT: usize = COUNTS_AT + 8;
/// The length of a key.
pub(crate) const KEY_BYTES: usize = 32;

/// The longest description that is kept; the specification allows as much.
const MAX_DESCRIPTION: usize = 1024;
/// The highest number of different words of one skill.
const MAX_WORDS: usize = 4096;

/// A skill to be indexed.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The name of its folder.
    pub(crate) name: String,
    /// The name in its frontmatter, which is searched, too.
    pub(crate) other_name: Option<String>,
    /// Its folder.
    pub(crate) path: String,
    /// The form of its spec.
    pub(crate) form: SpecForm,
    /// Its description.
    pub(crate) description: String,
    /// Its text.
    pub(crate) body: String,
}

/// The form of the shortest spec that means exactly one skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SpecForm {
    /// `owner/repo/PATH`.
    #[default]
    Path,
    /// `owner/repo/NAME`.
    Name,
    /// `owner/repo`.
    Repository,
}

/// A skill in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Indexed {
    /// The name of its folder.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) path: String,
    /// The form of its spec.
    pub(crate) form: SpecForm,
    /// Its description.
    pub(crate) description: String,
    /// The number of its words.
    pub(crate) words: u32,
}

/// How often a word occurs in a skill, up to 3 in the name and in the description, and up to 15 in
/// the text: more does not make a skill more relevant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) name: u8,
    pub(crate) description: u8,
    pub(crate) body: u8,
}

/// The words of a number of skills.
pub(crate) struct Index {
    bytes: Vec<u8>,
    skills: usize,
    words: usize,
}

/// Builds the bytes of an index.
pub(crate) fn build(key: [u8; KEY_BYTES], documents: &[Document]) -> Vec<u8> {
    let mut words: BTreeMap<String, Vec<(u32, Counts)>> = BTreeMap::new();
    let (mut skills, mut skill_starts) = (Vec::new(), Vec::new());
    for (number, document) in (0_u32..).zip(documents) {
        let (counts, length) = counts_of(document);
        for (word, counts) in counts {
            words.entry(word).or_default().push((number, counts));
        }
        skill_starts.push(skills.len());
        push_text(&mut skills, &document.name);
        push_text(&mut skills, &document.path);
        skills.push(match document.form {
            SpecForm::Path => 0,
            SpecForm::Name => 1,
            SpecForm::Repository => 2,
        });
        let end = document.description.floor_char_boundary(MAX_DESCRIPTION);
        push_text(&mut skills, &document.description[..end]);
        push_number(&mut skills, length);
    }
    let (mut lists, mut list_starts) = (Vec::new(), Vec::new());
    for (word, found) in &words {
        list_starts.push(lists.len());
        push_text(&mut lists, word);
        push_number(&mut lists, u32::try_from(found.len()).unwrap_or(u32::MAX));
        let mut before = 0;
        for (skill, counts) in found {
            push_number(&mut lists, skill - before);
            before = *skill;
            let Counts {
                name,
                description,
                body,
            } = *counts;
            lists.push(name << 6 | description << 4 | body);
        }
    }
    let mut bytes = [&MAGIC[..], &[0; 8], &key].concat();
    push_fixed(&mut bytes, skill_starts.len());
    push_fixed(&mut bytes, list_starts.len());
    let skills_at = TABLES_AT + 4 * (skill_starts.len() + list_starts.len());
    for start in skill_starts {
        push_fixed(&mut bytes, skills_at + start);
    }
    for start in list_starts {
        push_fixed(&mut bytes, skills_at + skills.len() + start);
    }
    bytes.extend(skills);
    bytes.extend(lists);
    let sum = sum_of(&bytes[KEY_AT..]).to_le_bytes();
    bytes[SUM_AT..KEY_AT].copy_from_slice(&sum);
    bytes
}

impl Index {
    /// Reads an index; `None` if the bytes are damaged, of another layout, or have another key.
    pub(crate) fn read(bytes: Vec<u8>, key: &[u8; KEY_BYTES]) -> Option<Self> {
        let is_valid = bytes.get(..SUM_AT)? == MAGIC
            && bytes.get(KEY_AT..COUNTS_AT)? == key
            && *bytes.get(SUM_AT..KEY_AT)? == sum_of(&bytes[KEY_AT..]).to_le_bytes();
        let index = Self {
            skills: fixed(&bytes, COUNTS_AT)?,
            words: fixed(&bytes, COUNTS_AT + 4)?,
            bytes,
        };
        is_valid.then_some(index)
    }

    /// Returns the index of a few skills, which is not kept.
    pub(crate) fn of(documents: &[Document]) -> Option<Self> {
        let key = [0; KEY_BYTES];
        Self::read(build(key, documents), &key)
    }

    /// Returns the number of skills.
    pub(crate) fn len(&self) -> usize {
        self.skills
    }

    /// Returns a skill.
    pub(crate) fn skill(&self, number: usize) -> Option<Indexed> {
        if number >= self.skills {
            return None;
        }
        let mut at = fixed(&self.bytes, TABLES_AT + 4 * number)?;
        let name = self.text(&mut at)?.to_owned();
        let path = self.text(&mut at)?.to_owned();
        let form = match self.byte(&mut at)? {
            0 => SpecForm::Path,
            1 => SpecForm::Name,
            _ => SpecForm::Repository,
        };
        Some(Indexed {
            name,
            path,
            form,
            description: self.text(&mut at)?.to_owned(),
            words: self.number(&mut at)?,
        })
    }

    /// Returns the name of a skill.
    pub(crate) fn name(&self, number: usize) -> Option<&str> {
        let mut at = fixed(&self.bytes, TABLES_AT + 4 * number)?;
        self.text(&mut at).filter(|_| number < self.skills)
    }

    /// Returns the skills with a word.
    pub(crate) fn find(&self, word: &str) -> Vec<(usize, Counts)> {
        let at = self.position_of(word);
        let found = self.word(at).filter(|(found, _)| *found == word);
        found.map_or_else(Vec::new, |(_, list)| self.list(list))
    }

    /// Returns the skills with a longer word that begins with this one.
    pub(crate) fn find_longer(&self, beginning: &str) -> Vec<(usize, Counts)> {
        let mut all: HashMap<usize, Counts> = HashMap::new();
        let from = self.position_of(beginning);
        let words = (from..self.words).map_while(|at| self.word(at));
        let longer = words
            .skip_while(|(word, _)| *word == beginning)
            .take_while(|(word, _)| word.starts_with(beginning));
        for (skill, counts) in longer.flat_map(|(_, list)| self.list(list)) {
            let sum = all.entry(skill).or_default();
            sum.name = sum.name.max(counts.name);
            sum.description = sum.description.max(counts.description);
            sum.body = sum.body.max(counts.body);
        }
        all.into_iter().collect()
    }

    /// Returns the position of a word, or where it would be.
    fn position_of(&self, word: &str) -> usize {
        let (mut low, mut high) = (0, self.words);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.word(middle) {
                Some((found, _)) if found < word => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// Returns a word, and where its list begins.
    fn word(&self, position: usize) -> Option<(&str, usize)> {
        if position >= self.words {
            return None;
        }
        let mut at = fixed(&self.bytes, TABLES_AT + 4 * (self.skills + position))?;
        let word = self.text(&mut at)?;
        Some((word, at))
    }

    fn list(&self, mut at: usize) -> Vec<(usize, Counts)> {
        let count = self.number(&mut at).unwrap_or_default();
        let mut skill = 0;
        let entry = |_| {
            skill += self.number(&mut at)? as usize;
            let packed = self.byte(&mut at)?;
            let counts = Counts {
                name: packed >> 6,
                description: packed >> 4 & 3,
                body: packed & 15,
            };
            Some((skill, counts))
        };
        (0..count).map_while(entry).collect()
    }

    fn byte(&self, at: &mut usize) -> Option<u8> {
        let byte = *self.bytes.get(*at)?;
        *at += 1;
        Some(byte)
    }

    fn number(&self, at: &mut usize) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte(at)?;
            number |= u32::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    fn text(&self, at: &mut usize) -> Option<&str> {
        let length = self.number(at)? as usize;
        let end = at.checked_add(length)?;
        let text = std::str::from_utf8(self.bytes.get(*at..end)?).ok()?;
        *at = end;
        Some(text)
    }
}

/// Counts the words of a skill. Also returns the number of all words.
fn counts_of(document: &Document) -> (HashMap<String, Counts>, u32) {
    let mut all: HashMap<String, Counts> = HashMap::new();
    let mut length = 0;
    let names = [
        Some(document.name.as_str()),
        document
            .other_name
            .as_deref()
            .filter(|other| *other != document.name),
    ];
    for word in names.into_iter().flatten().flat_map(words_of) {
        let name = &mut all.entry(word).or_default().name;
        *name = (*name + 1).min(3);
    }
    for word in words_of(&document.description) {
        let count = &mut all.entry(word).or_default().description;
        *count = (*count + 1).min(3);
        length += 1;
    }
    for word in words_of(&document.body) {
        length += 1;
        if all.len() >= MAX_WORDS && !all.contains_key(&word) {
            continue;
        }
        let count = &mut all.entry(word).or_default().body;
        *count = (*count + 1).min(15);
    }
    (all, length)
}

fn push_number(bytes: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 127);
            return;
        }
        bytes.push(low | 128);
    }
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    push_number(bytes, u32::try_from(text.len()).unwrap_or(u32::MAX));
    bytes.extend_from_slice(text.as_bytes());
}

fn push_fixed(bytes: &mut Vec<u8>, number: usize) {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn fixed(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*four) as usize)
}

/// Returns a sum that differs after a change. It is much faster than a cryptographic one, and against
/// a person who can write into the cache none would help.
fn sum_of(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut sum = bytes.len() as u64;
    for eight in eights.iter().chain([&last]) {
        sum = (sum ^ u64::from_le_bytes(*eight)).wrapping_mul(FACTOR);
        sum ^= sum >> 29;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents() -> Vec<Document> {
        let document = |name: &str, description: &str, body: &str| Document {
            name: name.to_owned(),
            path: format!("skills/{name}"),
            form: SpecForm::Name,
            description: description.to_owned(),
            body: body.to_owned(),
            ..Document::default()
        };
        vec![
            document("pdf", "Fill PDF forms", "pdf pdf"),
            document("docx", "Write documents", &"form ".repeat(40)),
            document("pdf-forms", "", "formula"),
        ]
    }

    #[test]
    fn words_lead_to_skills_and_places() {
        let index = Index::of(&documents()).unwrap();
        let counts = |name, description, body| Counts {
            name,
            description,
            body,
        };
        assert_eq!(
            index.find("pdf"),
            [(0, counts(1, 1, 2)), (2, counts(1, 0, 0))]
        );
        assert_eq!(
            index.find("form"),
            [
                (0, counts(0, 1, 0)),
                (1, counts(0, 0, 15)),
                (2, counts(1, 0, 0))
            ]
        );
        assert_eq!(index.find("formul"), []);
        assert_eq!(index.find_longer("form"), [(2, counts(0, 0, 1))]);
        assert_eq!(index.find_longer("zzz"), []);
        assert_eq!(
            (index.len(), index.name(1), index.name(3)),
            (3, Some("docx"), None)
        );
        let skill = index.skill(0).unwrap();
        assert_eq!((skill.path.as_str(), skill.words), ("skills/pdf", 5));
    }

    #[test]
    fn other_name_is_searched() {
        let mut documents = documents();
        documents[1].other_name = Some("word-writer".to_owned());
        let index = Index::of(&documents).unwrap();
        assert_eq!(index.find("writer").len(), 1);
    }

    #[test]
    fn any_damage_is_noticed() {
        let key = [7; KEY_BYTES];
        let bytes = build(key, &documents());
        assert!(Index::read(bytes.clone(), &key).is_some());
        assert!(Index::read(bytes.clone(), &[8; KEY_BYTES]).is_none());
        for length in 0..bytes.len() {
            assert!(
                Index::read(bytes[..length].to_vec(), &key).is_none(),
                "{length}"
            );
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 16;
            assert!(Index::read(damaged, &key).is_none(), "{at}");
        }
    }

    #[test]
    fn forged_index_is_read_within_its_bounds() {
        // A sum can be forged, so that every number in an index may be any other.
        let key = [0; KEY_BYTES];
        let bytes = build(key, &documents());
        for at in COUNTS_AT..bytes.len() {
            for byte in [0, 127, 255] {
                let mut forged = bytes.clone();
                forged[at] = byte;
                let sum = sum_of(&forged[KEY_AT..]).to_le_bytes();
                forged[SUM_AT..KEY_AT].copy_from_slice(&sum);
                let index = Index::read(forged, &key).unwrap();
                let _any = (index.find("pdf"), index.find_longer("f"), index.skill(1));
                let _any = index.name(usize::MAX / 8);
            }
        }
    }
}
