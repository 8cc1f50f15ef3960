//! `required-version`: one or more comparisons with this version. Refuses to know pre-releases: poolcheck has none.

use std::cmp::Ordering;

/// Checks what a file asks for against this version.
///
/// # Errors
/// Says what was asked for and what this is, or what is wrong with the asking.
pub(crate) fn check(wanted: &str) -> Result<(), String> {
    check_against(wanted, env!("CARGO_PKG_VERSION"))
}

fn check_against(wanted: &str, this: &str) -> Result<(), String> {
    let wrong = || format!("`{wanted}` is no version; write it like `>=0.1.0` or `==0.1.0`");
    let here = parse(this).ok_or_else(wrong)?;
    for part in wanted.split(',').map(str::trim) {
        let digits = part.find(|char: char| char.is_ascii_digit()).ok_or_else(wrong)?;
        let (operator, number) = part.split_at(digits);
        let order = here.cmp(&parse(number).ok_or_else(wrong)?);
        let holds = match operator.trim() {
            "" | "==" | "=" => order == Ordering::Equal,
            ">=" => order != Ordering::Less,
            "<=" => order != Ordering::Greater,
            ">" => order == Ordering::Greater,
            "<" => order == Ordering::Less,
            "!=" => order != Ordering::Equal,
            _ => return Err(wrong()),
        };
        if !holds {
            return Err(format!("this file wants poolcheck {wanted}, and this is {this}"));
        }
    }
    Ok(())
}

fn parse(text: &str) -> Option<[u32; 3]> {
    let mut parts = [0; 3];
    for (index, part) in text.trim().split('.').enumerate() {
        *parts.get_mut(index)? = part.parse().ok()?;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::check_against;

    #[test]
    fn comparisons() {
        for right in ["0.2.0", "==0.2", ">=0.1.9, <1", "!=0.2.1", "<=0.2.0", ">0.1"] {
            assert_eq!(check_against(right, "0.2.0"), Ok(()), "{right}");
        }
        assert!(check_against(">=0.10.0", "0.2.0").unwrap_err().contains("this is 0.2.0"));
        for wrong in ["", "new", "~>1", "1.2.3.4", ">=x"] {
            assert!(check_against(wrong, "0.2.0").unwrap_err().contains("is no version"), "{wrong}");
        }
    }
}
