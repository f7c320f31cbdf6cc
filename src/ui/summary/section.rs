//! What goes onto a page that has only so much room.

use crate::ui::phrase::count;

/// A part of the page, of which the first items matter most.
#[derive(Debug, Default)]
pub struct Section {
    /// How soon it is cut: the higher, the sooner.
    pub rank: usize,
    /// What stands above the items.
    pub head: String,
    /// The items, each with its line end.
    pub items: Vec<String>,
    /// What the items are, in the sentence that counts those which were left out.
    pub noun: &'static str,
}

/// Sections up to this rank get a share of the room before any takes more.
const LAST_WITH_A_SHARE: usize = 2;
/// The share, as a part of the room.
const SHARE: usize = 5;

impl Section {
    /// Returns what it takes when nothing is cut; nothing without items.
    #[must_use]
    pub fn whole(&self) -> usize {
        match self.items.is_empty() {
            true => 0,
            false => self.head.len() + self.items.iter().map(String::len).sum::<usize>(),
        }
    }

    /// Returns what it takes when each item is cut.
    fn least(&self) -> usize {
        match self.items.is_empty() {
            true => 0,
            false => (self.head.len() + self.rest(self.items.len()).len()).min(self.whole()),
        }
    }

    fn rest(&self, number: usize) -> String {
        let more = count(number, &format!("more {}", self.noun));
        format!("\n… and {more}, for which there is no room here.\n")
    }

    /// Returns as much of it as `room` bytes hold, and says how much was cut.
    fn cut_to(&self, room: usize) -> String {
        if self.whole() <= room {
            return match self.items.is_empty() {
                true => String::new(),
                false => format!("{}{}", self.head, self.items.concat()),
            };
        }
        let mut text = self.head.clone();
        let mut told = 0;
        for item in &self.items {
            let rest = self.rest(self.items.len() - told).len();
            if text.len() + item.len() + rest > room {
                break;
            }
            text += item;
            told += 1;
        }
        text + &self.rest(self.items.len() - told)
    }
}

/// Returns the sections' texts in their order, together no more than `room` bytes. One that has not
/// even room for its head is left out.
#[must_use]
pub fn fit(sections: &[Section], room: usize) -> Vec<String> {
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|at| sections[*at].rank);
    let mut rooms = vec![0; sections.len()];
    let mut left = room;
    let mut grow = |rooms: &mut Vec<usize>, at: usize, wanted: usize| {
        let more = wanted.saturating_sub(rooms[at]).min(left);
        rooms[at] += more;
        left -= more;
    };
    // Each one's head first, then the shares of those that matter, then what is left.
    for at in &order {
        let least = sections[*at].least();
        if least <= room.saturating_sub(rooms.iter().sum::<usize>()) {
            grow(&mut rooms, *at, least);
        }
    }
    for at in &order {
        let section = &sections[*at];
        if section.rank <= LAST_WITH_A_SHARE && rooms[*at] > 0 {
            grow(&mut rooms, *at, section.whole().min(room / SHARE));
        }
    }
    for at in &order {
        if rooms[*at] > 0 {
            grow(&mut rooms, *at, sections[*at].whole());
        }
    }
    let cut = |(section, room): (&Section, &usize)| match *room {
        0 => String::new(),
        room => section.cut_to(room),
    };
    sections.iter().zip(&rooms).map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(rank: usize, number: usize) -> Section {
        Section {
            rank,
            head: format!("\n### {rank}\n\n"),
            items: vec!["- 0123456789\n".to_owned(); number],
            noun: "item",
        }
    }

    #[test]
    fn what_matters_least_is_cut_first_and_nothing_is_cut_unsaid() {
        let sections = [section(3, 100), section(0, 10), section(1, 0)];
        let texts = fit(&sections, 600);
        assert_eq!(texts[1].matches("012").count(), 10);
        assert_eq!(texts[2], "");
        let told = texts[0].matches("012").count();
        assert!(told > 5, "{told}");
        let rest = format!(
            "\n… and {} more items, for which there is no room here.\n",
            100 - told
        );
        assert!(texts[0].ends_with(&rest), "{}", texts[0]);
    }

    #[test]
    fn no_room_is_ever_exceeded() {
        let sections = [
            section(3, 100),
            section(0, 300),
            section(1, 200),
            section(2, 1),
        ];
        for room in (0..9_000).step_by(37) {
            let texts = fit(&sections, room);
            assert!(texts.concat().len() <= room, "{room}");
            if room > 2_000 {
                assert!(
                    texts[2].contains("012") && texts[3].contains("012"),
                    "{room}"
                );
            }
        }
    }
}
