//! Puts any text into a header value without loss.

use http::HeaderValue;
use std::fmt::Write;

/// Longest header value made here, in bytes; longer texts are cut.
const LONGEST: usize = 1024;

/// The text as a header value: visible ASCII and spaces stay, everything else, and `%`, is percent-encoded UTF-8.
///
/// ```
/// assert_eq!(wire::header_text("anthropic-2024 § 2.3"), "anthropic-2024 %C2%A7 2.3");
/// ```
pub fn header_text(text: &str) -> HeaderValue {
    let mut value = String::new();
    for c in text.chars() {
        let mut piece = String::new();
        if (c.is_ascii_graphic() || c == ' ') && c != '%' {
            piece.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // writing to a string cannot fail
                let _ = write!(piece, "%{byte:02X}");
            }
        }
        if value.len() + piece.len() > LONGEST {
            break;
        }
        value.push_str(&piece);
    }
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_breaks_out_of_the_header() {
        assert_eq!(header_text("a\r\nset-cookie: b"), "a%0D%0Aset-cookie: b");
        assert_eq!(header_text("50 %"), "50 %25");
        assert_eq!(header_text(&"é".repeat(1000)).len(), 1020);
    }

    proptest! {
        #[test]
        fn every_text_is_a_value_and_can_be_read_back(text in "\\PC{0,60}") {
            let value = header_text(&text);
            let mut bytes = Vec::new();
            let mut rest = value.as_bytes();
            while let Some((first, tail)) = rest.split_first() {
                if *first == b'%' {
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                    rest = &tail[2..];
                } else {
                    bytes.push(*first);
                    rest = tail;
                }
            }
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), text);
        }
    }
}
