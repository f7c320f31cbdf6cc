//! Ranks the skills of indexes: names count most, then descriptions, then texts.

use std::collections::{HashMap, HashSet};

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::index::{Counts, Index};
use super::query::{Query, words_of};

// The parameters of BM25F (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework").
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.6;
// One occurrence in a description counts more than any number in a text, which counts at most 3.7.
const NAME_WEIGHT: f64 = 10.0;
const DESCRIPTION_WEIGHT: f64 = 4.0;
/// The weight of a longer word that begins with the one that is searched for.
const BEGINNING_WEIGHT: f64 = 0.4;
/// The shortest word whose continuations are found, too.
const MIN_BEGINNING: usize = 3;
/// The least part of what the words of the best skill say.
const MIN_SAID: f64 = 0.7;
/// The shortest word in which a typo is assumed.
const MIN_TYPO: usize = 4;

/// The weighted sum of the occurrences of a word in a skill.
type Frequency = f64;

/// A skill that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    /// The index that it is in.
    pub(crate) index: usize,
    /// Its number there.
    pub(crate) skill: usize,
    score: f64,
}

/// The result of a search.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    /// The skills with the most of the words, the best first.
    pub(crate) skills: Vec<Ranked>,
    /// The words that occur nowhere, and those that were searched for instead.
    pub(crate) corrected: Vec<(String, String)>,
}

/// Ranks the skills of all indexes.
pub(crate) fn rank(query: &Query, indexes: &[Index]) -> Ranking {
    let mut ranking = Ranking::default();
    let mut by_skill: HashMap<(usize, usize), Vec<(f64, Frequency)>> = HashMap::new();
    let total: usize = indexes.iter().map(Index::len).sum();
    for word in &query.words {
        let mut found = find(word, indexes);
        if found.is_empty()
            && let Some(meant) = nearest(word, indexes)
        {
            found = find(&meant, indexes);
            ranking.corrected.push((word.clone(), meant));
        }
        if found.is_empty() {
            found = find_fuzzy(word, indexes);
        }
        let rarity = rarity(found.len(), total);
        for (skill, frequency) in found {
            by_skill.entry(skill).or_default().push((rarity, frequency));
        }
    }
    // A skill without the words that say the most is not what the user means. Words such as `how` and
    // `to` are in nearly all skills, and say nothing.
    let said = |words: &[(f64, Frequency)]| words.iter().map(|(rarity, _)| rarity).sum::<f64>();
    let most = by_skill
        .values()
        .map(|words| said(words))
        .fold(0.0, f64::max);
    by_skill.retain(|_, words| said(words) >= MIN_SAID * most);
    let length = |(index, skill): &(usize, usize)| {
        let skill = indexes[*index].skill(*skill);
        skill.map_or(1.0, |skill| f64::from(skill.words))
    };
    let lengths: HashMap<_, _> = by_skill.keys().map(|at| (*at, length(at))).collect();
    let count = u32::try_from(lengths.len()).unwrap_or(u32::MAX);
    let average = (lengths.values().sum::<f64>() / f64::from(count)).max(1.0);
    let ranked = by_skill.into_iter().map(|(at, words)| {
        let longer = 1.0 - LENGTH + LENGTH * lengths[&at] / average;
        let of_word = |(rarity, frequency): (f64, Frequency)| {
            rarity * frequency * (SATURATION + 1.0) / (frequency + SATURATION * longer)
        };
        Ranked {
            index: at.0,
            skill: at.1,
            score: words.into_iter().map(of_word).sum(),
        }
    });
    ranking.skills = ranked.collect();
    ranking.skills.sort_by(|one, other| {
        let order = other.score.total_cmp(&one.score);
        order.then((one.index, one.skill).cmp(&(other.index, other.skill)))
    });
    ranking
}

/// Returns how much an occurrence says: a rare word more than a common one.
fn rarity(found: usize, total: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let (found, total) = (number(found), number(total));
    (1.0 + (total - found + 0.5).max(0.5) / (found + 0.5)).ln()
}

fn find(word: &str, indexes: &[Index]) -> HashMap<(usize, usize), Frequency> {
    let mut all = HashMap::new();
    let mut add = |index: usize, found: Vec<(usize, Counts)>, weight: f64| {
        for (skill, counts) in found {
            let body = match counts.body {
                0 => 0.0,
                count => 1.0 + f64::from(count).ln(),
            };
            let frequency = NAME_WEIGHT * f64::from(counts.name)
                + DESCRIPTION_WEIGHT * f64::from(counts.description)
                + body;
            *all.entry((index, skill)).or_default() += weight * frequency;
        }
    };
    for (at, index) in indexes.iter().enumerate() {
        add(at, index.find(word), 1.0);
        if word.len() >= MIN_BEGINNING {
            add(at, index.find_longer(word), BEGINNING_WEIGHT);
        }
    }
    all
}

fn names(indexes: &[Index]) -> impl Iterator<Item = ((usize, usize), &str)> {
    indexes.iter().enumerate().flat_map(|(at, index)| {
        let name = move |skill| Some(((at, skill), index.name(skill)?));
        (0..index.len()).filter_map(name)
    })
}

/// Returns the word of a name that differs least from a word with a typo.
fn nearest(word: &str, indexes: &[Index]) -> Option<String> {
    let length = word.chars().count();
    if length < MIN_TYPO {
        return None;
    }
    let most = if length < 8 { 1 } else { 2 };
    let known: HashSet<String> = names(indexes)
        .flat_map(|(_, name)| words_of(name))
        .collect();
    let near = known.into_iter().filter_map(|known| {
        let is_near = known.chars().count().abs_diff(length) <= most;
        let distance = is_near.then(|| strsim::osa_distance(&known, word));
        distance
            .filter(|distance| *distance <= most)
            .map(|distance| (distance, known))
    });
    near.min().map(|(_, known)| known)
}

/// Finds the names that have the letters of a word in this order: `asyncpy` is `async-python-patterns`.
fn find_fuzzy(word: &str, indexes: &[Index]) -> HashMap<(usize, usize), Frequency> {
    if word.chars().count() < MIN_TYPO {
        return HashMap::new();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let (case, normalization) = (CaseMatching::Ignore, Normalization::Smart);
    let pattern = Pattern::new(word, case, normalization, AtomKind::Fuzzy);
    let mut buffer = Vec::new();
    let score = |(at, name): ((usize, usize), &str)| {
        let score = pattern.score(Utf32Str::new(name, &mut buffer), &mut matcher)?;
        Some((at, f64::from(score) / 100.0))
    };
    names(indexes).filter_map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::super::index::Document;
    use super::*;

    fn ranked(words: &str, skills: &[(&str, &str, &str)]) -> (Vec<String>, Vec<(String, String)>) {
        let document = |(name, description, body): &(&str, &str, &str)| Document {
            name: (*name).to_owned(),
            description: (*description).to_owned(),
            body: (*body).to_owned(),
            ..Document::default()
        };
        let documents: Vec<Document> = skills.iter().map(document).collect();
        // The rank does not depend on which index a skill is in.
        let (first, second) = documents.split_at(1);
        let indexes = [Index::of(first).unwrap(), Index::of(second).unwrap()];
        let ranking = rank(&Query::new(words), &indexes);
        let names = ranking.skills.iter().map(|found| {
            let name = indexes[found.index].name(found.skill);
            name.unwrap().to_owned()
        });
        (names.collect(), ranking.corrected)
    }

    const SKILLS: [(&str, &str, &str); 5] = [
        (
            "docx",
            "Write documents",
            "Also exports a pdf. pdf pdf pdf pdf",
        ),
        ("report", "Make a PDF of a report", "Write it."),
        ("pdf", "Fill forms", "Read the form."),
        ("async-python-patterns", "Use asyncio", "await"),
        ("python-packaging", "Build a wheel", "async"),
    ];

    #[test]
    fn names_rank_before_descriptions_and_texts() {
        assert_eq!(ranked("pdf", &SKILLS).0, ["pdf", "report", "docx"]);
        assert_eq!(ranked("PDFs", &SKILLS).0[0], "pdf");
    }

    #[test]
    fn skills_with_the_rarest_words_hide_the_others() {
        assert_eq!(
            ranked("async python", &SKILLS).0,
            ["async-python-patterns", "python-packaging"]
        );
        assert_eq!(
            ranked("python asyncio", &SKILLS).0,
            ["async-python-patterns"]
        );
        assert_eq!(ranked("python kubernetes", &SKILLS).0.len(), 2);
    }

    #[test]
    fn beginnings_typos_and_letters_are_found() {
        assert_eq!(ranked("pack", &SKILLS).0, ["python-packaging"]);
        let (names, corrected) = ranked("pyhton", &SKILLS);
        assert_eq!(names.len(), 2);
        assert_eq!(corrected, [("pyhton".to_owned(), "python".to_owned())]);
        assert_eq!(ranked("asyncpy", &SKILLS).0, ["async-python-patterns"]);
        assert_eq!(ranked("zzz", &SKILLS).0, [""; 0]);
        assert_eq!(ranked("", &SKILLS).0, [""; 0]);
    }
}
