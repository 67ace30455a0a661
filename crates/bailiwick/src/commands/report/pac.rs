//! A proxy auto-configuration file: what a browser or a program on a person's machine does with the hosts listed.
//!
//! The names of hosts are the only thing of the register that goes into the script, and the register admits letters,
//! digits and a few marks in them, so nothing in it can end a text of the script; it is escaped all the same.

use super::hosts::Hosts;

/// The script.
pub(super) fn script(hosts: &Hosts) -> String {
    let names: Vec<String> = hosts
        .hosts
        .iter()
        .filter(|host| host.called_by.is_outside())
        .map(|host| format!("  \"{}\": true", escaped(name(&host.host))))
        .collect();
    let names = names.join(",\n");
    format!(
        "// For machines of people, not for the gateway, which goes out by itself.\n\
         // Models are called through the gateway; what would go to these hosts directly is sent to `shut`, where nobody\n\
         // listens. Write your own proxy there if it is to answer and log. `otherwise` is for all other hosts.\n\
         var shut = \"PROXY 127.0.0.1:9\";\n\
         var otherwise = \"DIRECT\";\n\
         var hosts = {{\n{names}\n}};\n\
         \n\
         function FindProxyForURL(url, host) {{\n  \
           var name = host.toLowerCase().replace(/\\.$/, \"\");\n  \
           return Object.prototype.hasOwnProperty.call(hosts, name) ? shut : otherwise;\n\
         }}"
    )
}

/// Without a port, which such a script never sees.
fn name(host: &str) -> &str {
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

fn escaped(host: &str) -> String {
    host.chars().flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_left_out_and_texts_stay_texts() {
        assert_eq!(name("api.example.com:8443"), "api.example.com");
        assert_eq!(name("[2001:db8::1]"), "[2001:db8::1]");
        assert_eq!(escaped("a\"b\\"), "a\\\"b\\\\");
    }
}
