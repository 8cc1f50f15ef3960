//! Runs the facts about one release: `experiments LIBRARY==VERSION WORD`. Prints a line of JSON a fact, with its name, a
//! sentence, and what went wrong or null.

mod awc;
mod hyper_util;
mod isahc;
mod reqwest;
mod server;
mod ureq;

use std::panic;
use std::thread;

/// A name, what it shows, and what shows it by not panicking.
type Fact = (&'static str, &'static str, fn());

fn facts(release: &str) -> Option<&'static [Fact]> {
    Some(match release {
        "awc==3.11.0" => awc::FACTS,
        "hyper-util==0.1.21" => hyper_util::FACTS,
        "isahc==2.0.2" => isahc::FACTS,
        "reqwest==0.12.28" => reqwest::in_0_12::FACTS,
        "reqwest==0.13.5" => reqwest::in_0_13::FACTS,
        "ureq==2.12.1" => ureq::FACTS_2,
        "ureq==3.5.1" => ureq::FACTS_3,
        _ => return None,
    })
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let release = arguments.next().unwrap_or_default();
    let only = arguments.next().unwrap_or_default();
    let Some(facts) = facts(&release) else {
        eprintln!("no experiments with {release}");
        std::process::exit(2);
    };
    // Most of them only wait.
    let running: Vec<_> = facts
        .iter()
        .filter(|(name, ..)| name.contains(&only))
        .map(|&(name, sentence, fact)| (name, sentence, thread::spawn(move || panic::catch_unwind(fact))))
        .collect();
    for (name, sentence, fact) in running {
        let failure = match fact.join() {
            Ok(Ok(())) => "null".to_owned(),
            Ok(Err(why)) | Err(why) => text(&said(why.as_ref())),
        };
        println!("[{}, {}, {failure}]", text(name), text(sentence));
    }
}

/// What a panic said.
fn said(why: &(dyn std::any::Any + Send)) -> String {
    let text = why.downcast_ref::<String>().cloned();
    text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_else(|| "a panic".to_owned())
}

/// A text in JSON.
fn text(of: &str) -> String {
    let escaped: String = of
        .chars()
        .map(|char| match char {
            '"' | '\\' => format!("\\{char}"),
            char if char.is_control() => format!("\\u{:04x}", u32::from(char)),
            char => char.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}
