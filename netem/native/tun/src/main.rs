//! The process between the two ends of an emulated link, and the small ones around it:
//!
//! - `route [--user-of PID]`: a network namespace and, after a configuration on stdin, the router in it;
//! - `hold [--user-of PID]`: a network namespace for one end, nothing else;
//! - `enter PID [--offloads-off INTERFACE] -- COMMAND...`: a command inside one of them;
//! - `replay CONFIG RECORD`: the packets of a record in virtual time.
//!
//! `route` and `hold` end with whoever started them: when stdin closes they kill what is left in their namespace and
//! exit. With `--detached OWNER` only SIGTERM does that, in a session of their own; OWNER is for others to read, who find
//! the process by its command line.

mod clock;
mod config;
mod era;
mod histogram;
mod input;
mod lane;
mod namespace;
mod record;
mod replay;
mod report;
mod router;
mod series;
mod sys;
mod worker;

use std::io;
use std::process::ExitCode;

use serde_json::json;

use crate::input::{Input, Line};
use crate::namespace::User;
use crate::router::{RouterError, say};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("longhaul-router: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), RouterError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["hold", options @ ..] => hold(options),
        ["route", options @ ..] => route(options),
        ["enter", pid, "--offloads-off", interface, "--", ..] => {
            Err(namespace::enter(number(pid)?, Some(interface), &arguments[5..]).into())
        }
        ["enter", pid, "--", ..] => {
            Err(namespace::enter(number(pid)?, None, &arguments[3..]).into())
        }
        ["replay", config, record] => Ok(say(&replay::replay(config, record)?)?),
        _ => Err(usage().into()),
    }
}

fn hold(options: &[&str]) -> Result<(), RouterError> {
    let mut input = begin(options)?;
    while let Line::Text(_) = input.next_line()? {}
    Ok(namespace::sweep()?)
}

fn route(options: &[&str]) -> Result<(), RouterError> {
    let input = begin(options)?;
    let result = router::route(input);
    namespace::sweep()?;
    result
}

/// Makes the namespace and says so.
fn begin(options: &[&str]) -> Result<Input, RouterError> {
    let (user, detached) = match *options {
        [] => (User::Auto, false),
        ["--detached", _owner] => (User::Auto, true),
        ["--user-of", pid] => (User::Of(number(pid)?), false),
        ["--user-of", pid, "--detached", _owner] => (User::Of(number(pid)?), true),
        _ => return Err(usage().into()),
    };
    let input = Input::open(detached)?;
    if detached {
        // The terminal's signals are for those who use it. Fails only for a leader, which has its session already.
        let _ = rustix::process::setsid();
    }
    let own_user = namespace::create(user)?;
    say(&json!({"event": "held", "pid": std::process::id(), "ownUserNamespace": own_user}))?;
    Ok(input)
}

fn number(word: &str) -> io::Result<u32> {
    word.parse().map_err(|_| usage())
}

fn usage() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "usage: hold|route [--user-of PID] [--detached OWNER] | enter PID [--offloads-off INTERFACE] -- COMMAND | replay CONFIG RECORD",
    )
}
