//! `full`.
use super::{Report, Style};
use std::io::{self, Write};
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    super::concise::write(report, style, out)
}
