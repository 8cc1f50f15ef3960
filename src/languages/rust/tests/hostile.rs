//! Broken, odd and absurdly deep texts.

use super::{facts, problems};

#[test]
fn what_cannot_be_parsed_is_a_problem() {
    let table = [("fn f( {", true), ("fn f() { x = = 1 }", true), ("\u{feff}fn f() {}", false), ("", false)];
    for (text, broken) in table {
        assert_eq!(problems(text).len(), usize::from(broken), "of {text:?}");
    }
    let problem = &facts("fn f() {}\nfn g() { = }").problems[0];
    assert_eq!(problem.at, Some(19));
    assert!(problem.message.starts_with("cannot be parsed: "), "{}", problem.message);
}

#[test]
fn depth_overflows_nothing() {
    let nested = |open: &str, close: &str, count: usize| {
        format!("fn f() {{ let x = {}1{}; }}", open.repeat(count), close.repeat(count))
    };
    let run = move || {
        let within = [
            nested("(", ")", 100),
            nested("!", "", 250),
            nested("", ".g()", 250),
            nested("1 + ", "", 250),
            nested("g(|| ", ")", 50),
        ];
        for text in within {
            assert_eq!(problems(&text), [""; 0], "of {} bytes", text.len());
        }
        let beyond = [
            nested("(", ")", 100_000),
            nested("[", "]", 5_000),
            nested("{", "}", 5_000),
            nested("g(", ")", 5_000),
            nested("!", "", 100_000),
            nested("&", "", 599),
            nested("x = ", "", 100_000),
            nested("return ", "", 100_000),
            nested("|| ", "", 290),
            nested("", ".g()", 3_000),
            nested("", ".g()", 100_000),
            nested("", "?", 50_000),
            nested("1 + ", "", 3_000),
            nested("1 + ", "", 100_000),
            nested("-", "", 590),
            nested("if a { 1 } else ", "{}", 500),
            nested("if a { 1 } else ", "{}", 100_000),
            format!("fn f() -> {}u8{} {{}}", "Vec<".repeat(550), ">".repeat(550)),
            format!("fn f() -> {}u8{} {{}}", "Vec<".repeat(100_000), ">".repeat(100_000)),
            format!("use {}a;", "a::".repeat(3_000)),
            format!("{}{}", "mod a {".repeat(100), "}".repeat(100)),
        ];
        for text in beyond {
            assert!(problems(&text).len() <= 1, "of {} bytes", text.len());
        }
    };
    // As much as the engine gives its workers.
    std::thread::Builder::new().stack_size(16 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn comments_are_found_outside_of_strings() {
    let text = r###"// poolcheck: ignore[PC101] a
/// poolcheck: ignore[PC102] documentation
fn f<'a>(x: &'a str) -> char {
    let _ = "// poolcheck: b"; // noqa: PC301
    let _ = r#"// " poolcheck: c"#; let _ = b'"'; let _ = '\''; let _ = '"'; // poolcheck: d
    /* // poolcheck: e /* nested */ // poolcheck: f */
    let _ = br"\"; // poolcheck: g
    'x' // Poolcheck
}
"###;
    let comments: Vec<String> = facts(text).comments.iter().map(|comment| comment.text.to_string()).collect();
    let expected = ["// poolcheck: ignore[PC101] a", "// noqa: PC301", "// poolcheck: d", "// poolcheck: g"];
    assert_eq!(comments, expected);
    for comment in &facts(text).comments {
        assert_eq!(&text[comment.start as usize..comment.end as usize], comment.text);
    }
}
