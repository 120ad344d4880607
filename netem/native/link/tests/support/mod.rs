//! Links for tests.
#![allow(dead_code, reason = "each test file uses a part")]

use longhaul_netem_link::config::Delay;
use longhaul_netem_link::{Delivery, Direction, Link, LinkConfig, Nanos};

pub fn link(config: &LinkConfig, seed: u64) -> Link {
    Link::new(config, seed, Direction::Forward).unwrap_or_else(|error| panic!("{error}"))
}

pub fn drain(link: &mut Link, until: Nanos) -> Vec<Delivery> {
    std::iter::from_fn(|| link.pop(until)).collect()
}

pub fn delayed(one_way: Nanos, jitter: Nanos) -> LinkConfig {
    LinkConfig {
        delay: Delay { one_way, jitter },
        ..LinkConfig::default()
    }
}
