//! The similarity of two files, computed as git does (`diffcore-delta.c`).

/// The score of two files with the same content.
pub(super) const MAX_SCORE: u64 = 60_000;
/// The minimum score of a renamed file: 50 %.
pub(super) const MIN_SCORE: u64 = MAX_SCORE / 2;

const HASH_BASE: u32 = 107_927;
const LONGEST_PIECE: u32 = 64;
/// The number of bytes that git searches for a NUL to detect binary files.
const TEXT_CHECK_BYTES: usize = 8000;

/// Whether git treats these bytes as text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(TEXT_CHECK_BYTES)]).is_none()
}

/// Returns the similarity of two files in per cent.
#[must_use]
pub fn percent(one: &[u8], other: &[u8]) -> u64 {
    if one == other {
        return 100;
    }
    Pieces::of(one).score(&Pieces::of(other)) * 100 / MAX_SCORE
}

/// The pieces of a file (lines, or 64 bytes of one), as hashes with their numbers of bytes.
pub(super) struct Pieces {
    counted: Vec<(u32, u64)>,
    size: u64,
}

impl Pieces {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let is_text = is_text(bytes);
        let mut pieces = Vec::new();
        let (mut one, mut other, mut length) = (0_u32, 0_u32, 0_u32);
        for (at, byte) in bytes.iter().enumerate() {
            // CRLF and LF are equal.
            if is_text && *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            let before = one;
            one = (one << 7) ^ (other >> 25);
            other = (other << 7) ^ (before >> 25);
            one = one.wrapping_add(u32::from(*byte));
            length += 1;
            if length == LONGEST_PIECE || *byte == b'\n' {
                pieces.push((hash(one, other), u64::from(length)));
                (one, other, length) = (0, 0, 0);
            }
        }
        if length > 0 {
            pieces.push((hash(one, other), u64::from(length)));
        }
        pieces.sort_unstable();
        pieces.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        Self {
            counted: pieces,
            size: bytes.len() as u64,
        }
    }

    /// Returns the number of different pieces, which is the cost of a comparison.
    pub(super) fn count(&self) -> usize {
        self.counted.len()
    }

    /// Returns the share of the larger file that is in both, up to [`MAX_SCORE`]; zero if the sizes
    /// differ too much for [`MIN_SCORE`].
    pub(super) fn score(&self, other: &Self) -> u64 {
        let (small, large) = (self.size.min(other.size), self.size.max(other.size));
        if other.size == 0 || large * (MAX_SCORE - MIN_SCORE) < (large - small) * MAX_SCORE {
            return 0;
        }
        self.bytes_in(other) * MAX_SCORE / large
    }

    fn bytes_in(&self, other: &Self) -> u64 {
        let mut theirs = other.counted.iter().peekable();
        let mut common = 0;
        for (hash, bytes) in &self.counted {
            while theirs
                .next_if(|(their_hash, _)| their_hash < hash)
                .is_some()
            {}
            if let Some((_, their_bytes)) = theirs.next_if(|(their_hash, _)| their_hash == hash) {
                common += bytes.min(their_bytes);
            }
        }
        common
    }
}

fn hash(one: u32, other: u32) -> u32 {
    one.wrapping_add(other.wrapping_mul(0x61)) % HASH_BASE
}
