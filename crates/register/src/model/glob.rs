//! Patterns over model names: `*` stands for any run of characters, everything else for itself.

/// Whether a name fits a pattern.
pub fn glob_matches(pattern: &str, name: &str) -> bool {
    let Some((prefix, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(prefix) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return name.ends_with(part);
        }
        match name.split_once(part) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn a_star_is_any_run() {
        for (pattern, name, fits) in [
            ("gpt*", "gpt-5", true),
            ("gpt*", "gp", false),
            ("gpt", "gpt-5", false),
            ("llama-3.2-*-vision*", "llama-3.2-11b-vision-instruct", true),
            ("llama-3.2-*-vision*", "llama-3.2-3b", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("*-coder", "qwen-coder", true),
        ] {
            assert_eq!(glob_matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
