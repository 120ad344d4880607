//! The table of knobs for programs.

use std::fmt::Write as _;

use super::{KNOBS, Knob, OWN_DEFAULTS, Scope};
use crate::Kind;

/// The table as JSON: an array of `{name, unit, default, defaults, min, max, whole, algorithms, applies, meaning}`.
pub fn knobs_json() -> String {
    let mut json = String::from("[\n");
    for (index, knob) in KNOBS.iter().enumerate() {
        let separator = if index + 1 < KNOBS.len() { "," } else { "" };
        let _ = writeln!(json, "  {}{separator}", knob_json(knob));
    }
    json + "]\n"
}

fn knob_json(knob: &Knob) -> String {
    let quoted = |names: Vec<&str>| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        names.join(", ")
    };
    let algorithms = match knob.scope {
        Scope::All => quoted(Kind::ALL.iter().map(|kind| kind.name()).collect()),
        Scope::Of(kinds) => quoted(kinds.iter().map(|kind| kind.name()).collect()),
        Scope::Engine => quoted(vec!["engine"]),
    };
    let own: Vec<String> = OWN_DEFAULTS
        .iter()
        .filter(|(_, name, _)| *name == knob.name)
        .map(|(kind, _, value)| format!("\"{}\": {value}", kind.name()))
        .collect();
    // The texts of the table hold neither quotes nor backslashes; a test parses the result.
    format!(
        "{{\"name\": \"{}\", \"unit\": \"{}\", \"default\": {}, \"defaults\": {{{}}}, \"min\": {}, \"max\": {}, \
         \"whole\": {}, \"algorithms\": [{algorithms}], \
         \"applies\": \"{}\", \"meaning\": \"{}\"}}",
        knob.name,
        knob.unit.symbol(),
        knob.default,
        own.join(", "),
        knob.min,
        knob.max,
        knob.whole,
        knob.applies().name(),
        knob.meaning,
    )
}
