//! Deltas: an object as copies from another one and new bytes. Without I/O.
//!
//! Source: gitformat-pack(5), "Deltified representation".

/// The size of a copy whose size is zero.
const COPY_SIZE_OF_ZERO: usize = 0x1_0000;

/// A delta, whose sizes are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delta<'a> {
    base_size: u64,
    /// The size of the object that it makes, in bytes.
    pub(super) size: u64,
    instructions: &'a [u8],
}

impl<'a> Delta<'a> {
    /// Reads the sizes; `None` if they are cut off.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (base_size, rest) = read_size(bytes)?;
        let (size, instructions) = read_size(rest)?;
        Some(Self {
            base_size,
            size,
            instructions,
        })
    }

    /// Makes the object; `None` if the delta is not one of this base.
    pub(super) fn apply(self, base: &[u8]) -> Option<Vec<u8>> {
        if self.base_size != base.len() as u64 {
            return None;
        }
        let size = usize::try_from(self.size).ok()?;
        let mut made = Vec::with_capacity(size);
        let mut instructions = self.instructions;
        while let Some((instruction, rest)) = instructions.split_first() {
            let (part, rest) = match *instruction {
                0 => return None,
                copy @ 0x80.. => {
                    let (from, count, rest) = read_copy(copy, rest)?;
                    (base.get(from..from.checked_add(count)?)?, rest)
                }
                count => rest.split_at_checked(usize::from(count))?,
            };
            if part.len() > size - made.len() {
                return None;
            }
            made.extend_from_slice(part);
            instructions = rest;
        }
        (made.len() == size).then_some(made)
    }
}

/// Reads a size: seven bits in each byte, the lowest first.
fn read_size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut size = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        size |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((size, &bytes[at + 1..]));
        }
    }
    None
}

/// Reads the place and the size of a copy, of which only the bytes that are not zero are there.
fn read_copy(instruction: u8, bytes: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut rest = bytes;
    let mut numbers = [0; 7];
    for (at, number) in numbers.iter_mut().enumerate() {
        if instruction & (1 << at) != 0 {
            let (byte, after) = rest.split_first()?;
            (*number, rest) = (*byte, after);
        }
    }
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
    };
    let (from, size) = (number(&numbers[..4]), number(&numbers[4..]));
    let size = match usize::try_from(size).ok()? {
        0 => COPY_SIZE_OF_ZERO,
        size => size,
    };
    Some((usize::try_from(from).ok()?, size, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
        Delta::parse(delta)?.apply(base)
    }

    #[test]
    fn copies_and_new_bytes_are_put_together() {
        // Copy 3 bytes from 1, insert 2 bytes, copy 1 byte from 0.
        let delta = [5, 6, 0x91, 1, 3, 2, b'x', b'y', 0x90, 1];
        assert_eq!(apply(b"abcde", &delta).unwrap(), b"bcdxya");
        let base = vec![b'a'; 0x1_0000];
        let delta = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        assert_eq!(apply(&base, &delta).unwrap(), base);
    }

    #[test]
    fn invalid_deltas_make_nothing() {
        let cases: [&[u8]; 10] = [
            &[],
            &[0x80],
            &[0xff; 12],
            &[4, 1, 0x90, 1], // the base has another size
            &[5, 1, 0],       // reserved
            &[5, 2, 0x90, 1], // too few bytes
            &[5, 1, 0x90, 2], // too many
            &[5, 6, 0x90, 6], // after the end of the base
            &[5, 1, 0x91],    // without its place
            &[5, 3, 3, b'x'], // without its bytes
        ];
        for delta in cases {
            assert_eq!(apply(b"abcde", delta), None, "{delta:?}");
        }
    }

    proptest! {
        #[test]
        fn random_deltas_never_panic(base: Vec<u8>, delta: Vec<u8>) {
            if let Some(delta) = Delta::parse(&delta) && delta.size < 1 << 20 {
                drop(delta.apply(&base));
            }
        }
    }
}
