//! The code: Reed-Solomon over GF(2^8), systematic, from a Vandermonde matrix (docs/wire.md §6.3).

use std::collections::BTreeMap;

use reed_solomon_erasure::galois_8::ReedSolomon;

use crate::block::MAX_PARITY;

/// Codecs that were made: making one inverts a matrix.
#[derive(Default)]
pub(crate) struct Codecs {
    by_shape: BTreeMap<(usize, usize), ReedSolomon>,
}

impl std::fmt::Debug for Codecs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codecs")
            .field("made", &self.by_shape.len())
            .finish()
    }
}

impl Codecs {
    /// The first `parity` symbols beside `sources`, which are of one length. `None` for a shape that cannot be.
    pub(crate) fn encode(&mut self, sources: &[Vec<u8>], parity: usize) -> Option<Vec<Vec<u8>>> {
        let size = sources.first()?.len();
        let mut symbols = vec![vec![0; size]; parity];
        let codec = self.codec(sources.len(), parity)?;
        codec.encode_sep(sources, &mut symbols).ok()?;
        Some(symbols)
    }

    /// Fills the missing ones of the first `sources` rows; `rows` are these and [`MAX_PARITY`] more. `false`: too few.
    pub(crate) fn decode(&mut self, sources: usize, rows: &mut [Option<Vec<u8>>]) -> bool {
        let Some(codec) = self.codec(sources, MAX_PARITY) else {
            return false;
        };
        codec.reconstruct_data(rows).is_ok()
    }

    fn codec(&mut self, sources: usize, parity: usize) -> Option<&ReedSolomon> {
        let shape = (sources, parity);
        if !self.by_shape.contains_key(&shape) {
            if self.by_shape.len() >= MAX_CODECS {
                self.by_shape.clear();
            }
            let codec = ReedSolomon::new(sources, parity).ok()?;
            self.by_shape.insert(shape, codec);
        }
        self.by_shape.get(&shape)
    }
}

/// A codec is some ten kilobytes. Past it all are made anew.
const MAX_CODECS: usize = 64;
