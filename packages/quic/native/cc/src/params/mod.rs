//! The knobs of all algorithms: one static table, typed values, ranges checked at the edge.

mod json;
mod table;
mod value;

use crate::Kind;
pub use json::knobs_json;
pub use table::{KNOBS, OWN_DEFAULTS, Params};
use table::{NEW_LINKS, NEW_PATHS};
pub(crate) use value::Value;

/// What a value counts. Numbers cross the edge in this unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Full-sized packets.
    Packets,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Bits per second.
    BitsPerSecond,
    /// A share or a factor.
    Ratio,
    /// Round trips.
    RoundTrips,
    /// A number of things.
    Count,
    /// 0 or 1.
    Switch,
}

impl Unit {
    /// As shown to people, empty where there is nothing to show.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Bytes => "bytes",
            Self::Milliseconds => "ms",
            Self::BitsPerSecond => "bit/s",
            Self::Ratio | Self::Count => "",
            Self::RoundTrips => "RTT",
            Self::Switch => "0/1",
        }
    }
}

impl Unit {
    /// [`Unit::symbol`] as it follows a number.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Packets => " packets",
            Self::Bytes => " bytes",
            Self::Milliseconds => " ms",
            Self::BitsPerSecond => " bit/s",
            Self::RoundTrips => " RTT",
            Self::Ratio | Self::Count | Self::Switch => "",
        }
    }
}

/// Who obeys a knob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every algorithm.
    All,
    /// These algorithms.
    Of(&'static [Kind]),
    /// The engine's pacer, loss detection or acknowledgements, whatever the algorithm.
    Engine,
}

impl Scope {
    /// The family of BBR.
    pub(crate) const BBR: Self = Self::Of(&[Kind::Bbr1, Kind::Bbr3, Kind::BbrLive]);

    /// Whether `kind` obeys it.
    pub fn covers(self, kind: Kind) -> bool {
        match self {
            Self::All | Self::Engine => true,
            Self::Of(kinds) => kinds.contains(&kind),
        }
    }
}

/// When a change of a knob shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// With the next packet.
    AtOnce,
    /// When the link comes to another address of the peer's, and on new links.
    NewPaths,
    /// On new links.
    NewLinks,
}

impl Applies {
    /// As shown to people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at once",
            Self::NewPaths => "new paths",
            Self::NewLinks => "new links",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Knob {
    /// Its name, as in the configuration and on the command line.
    pub name: &'static str,
    /// What its value counts.
    pub unit: Unit,
    /// The default, where the algorithm has none of its own in [`OWN_DEFAULTS`].
    pub default: f64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Whether only whole numbers make sense.
    pub whole: bool,
    /// Who obeys it.
    pub scope: Scope,
    /// What it does.
    pub meaning: &'static str,
    pub(crate) read: fn(&Params) -> f64,
    pub(crate) write: fn(&mut Params, f64),
}

impl Knob {
    /// The row `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        KNOBS.iter().find(|knob| knob.name == name)
    }

    /// When a change of it shows.
    pub fn applies(&self) -> Applies {
        if NEW_LINKS.contains(&self.name) {
            Applies::NewLinks
        } else if NEW_PATHS.contains(&self.name) {
            Applies::NewPaths
        } else {
            Applies::AtOnce
        }
    }

    /// The default for `kind`. An agent's stand-in is bbr-live.
    pub fn default_for(&self, kind: Kind) -> f64 {
        let kind = if kind == Kind::Agent {
            Kind::BbrLive
        } else {
            kind
        };
        let own = |(of, name, _): &&(Kind, &str, f64)| *of == kind && *name == self.name;
        let found = OWN_DEFAULTS.iter().find(own);
        found.map_or(self.default, |(_, _, value)| *value)
    }

    fn check(&self, value: f64) -> Result<(), KnobError> {
        // NaN fails the range test too.
        let fits = (self.min..=self.max).contains(&value);
        if fits && (!self.whole || value.fract() == 0.0) {
            return Ok(());
        }
        Err(KnobError::Range {
            name: self.name,
            rule: if self.whole {
                "a whole number"
            } else {
                "a number"
            },
            min: self.min,
            max: self.max,
            unit: self.unit.suffix(),
            value,
        })
    }
}

/// Why a knob was not turned. The message gives the value and the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum KnobError {
    /// No such knob.
    #[error("there is no congestion-control parameter {name:?}")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The link is open, and the knob is for new ones.
    #[error("{name} is for new links: an open one keeps what it began with")]
    NewLinks {
        /// Which knob.
        name: &'static str,
    },
    /// Outside its range, or not a number.
    #[error("{name} must be {rule} from {min} to {max}{unit}, got {value}")]
    Range {
        /// Which knob.
        name: &'static str,
        /// What kind of number.
        rule: &'static str,
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
        /// Its unit as it follows a number.
        unit: &'static str,
        /// What was given.
        value: f64,
    },
}

impl Params {
    /// The defaults of `kind`.
    pub fn of(kind: Kind) -> Self {
        let mut params = Self::table_defaults();
        params.adopt_defaults(kind);
        params
    }

    /// The same knobs for another algorithm: what was set stays, the rest takes that algorithm's defaults.
    pub fn for_kind(&self, kind: Kind) -> Self {
        let mut params = self.clone();
        params.adopt_defaults(kind);
        params
    }

    /// Turns `name` to `value`, in the knob's unit.
    ///
    /// # Errors
    /// When there is no such knob or the value is outside its range; nothing changes then.
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), KnobError> {
        let unknown = || KnobError::Unknown {
            name: name.to_owned(),
        };
        let index = KNOBS.iter().position(|knob| knob.name == name);
        let index = index.ok_or_else(unknown)?;
        KNOBS[index].check(value)?;
        (KNOBS[index].write)(self, value);
        self.explicit |= 1 << index;
        Ok(())
    }

    /// Several at once: all of them or, on the first error, none.
    ///
    /// # Errors
    /// As [`Params::set`].
    pub fn set_all<'a>(
        &mut self,
        values: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<(), KnobError> {
        let mut changed = self.clone();
        for (name, value) in values {
            changed.set(name, value)?;
        }
        *self = changed;
        Ok(())
    }

    /// Several at once, of an open link: all of them or, on the first error, none.
    ///
    /// # Errors
    /// As [`Params::set`], and when a knob is for new links.
    pub fn set_all_live<'a>(
        &mut self,
        values: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<(), KnobError> {
        let mut changed = self.clone();
        for (name, value) in values {
            match Knob::find(name) {
                Some(knob) if knob.applies() == Applies::NewLinks => {
                    return Err(KnobError::NewLinks { name: knob.name });
                }
                _ => changed.set(name, value)?,
            }
        }
        *self = changed;
        Ok(())
    }

    /// These knobs as an open link takes them, that began with `start`: those for new links stay as they are there.
    pub fn on_open_link(mut self, start: &Self) -> Self {
        for (index, knob) in KNOBS.iter().enumerate() {
            if knob.applies() == Applies::NewLinks {
                (knob.write)(&mut self, (knob.read)(start));
                let bit = 1 << index;
                self.explicit = self.explicit & !bit | start.explicit & bit;
            }
        }
        self
    }

    /// The value of `name`, in the knob's unit.
    pub fn value(&self, name: &str) -> Option<f64> {
        Knob::find(name).map(|knob| (knob.read)(self))
    }

    /// Every knob that was set, with its value.
    pub fn explicit(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        let is_set = |index: usize| self.explicit & (1 << index) != 0;
        KNOBS
            .iter()
            .enumerate()
            .filter(move |(index, _)| is_set(*index))
            .map(|(_, knob)| (knob.name, (knob.read)(self)))
    }

    fn adopt_defaults(&mut self, kind: Kind) {
        for (index, knob) in KNOBS.iter().enumerate() {
            if self.explicit & (1 << index) == 0 {
                (knob.write)(self, knob.default_for(kind));
            }
        }
    }
}

/// Makes [`Params`] and [`KNOBS`] of one list.
macro_rules! knobs {
    ($($name:ident: $type:ty, $default:expr, $min:literal..=$max:literal, $unit:ident, $scope:expr, $meaning:literal;)*) => {
        use std::time::Duration;
        use super::Value as _;

        /// The knobs in force, typed. Rates are bits per second here as they are outside.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Params {
            $(#[doc = $meaning] pub $name: $type,)*
            /// One bit a knob that was set; the others follow the algorithm's defaults.
            pub(super) explicit: u128,
        }

        impl Params {
            pub(super) fn table_defaults() -> Self {
                Self {
                    $($name: <$type>::from_number($default),)*
                    explicit: 0,
                }
            }
        }

        /// Every knob there is.
        pub const KNOBS: &[Knob] = &[$(Knob {
            name: stringify!($name),
            unit: Unit::$unit,
            default: $default,
            min: $min,
            max: $max,
            whole: <$type as super::Value>::WHOLE,
            scope: $scope,
            meaning: $meaning,
            read: |params| params.$name.to_number(),
            write: |params, value| params.$name = <$type>::from_number(value),
        },)*];

        const _: () = assert!(KNOBS.len() <= 128);
    };
}
use knobs;

#[cfg(test)]
#[path = "../../tests/unit/params.rs"]
mod tests;
