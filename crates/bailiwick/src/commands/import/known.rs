//! Settings that do not concern one upstream, and what each becomes.

use super::findings::Grade;

/// What becomes of a setting, by the end of its path without the numbers of lists. The first that fits counts.
const KNOWN: &[(&str, Grade, &str)] = &[
    (
        "general_settings.master_key",
        Grade::Manual,
        "not copied; give people keys with `bailiwick keys new`",
    ),
    (
        "general_settings.database_url",
        Grade::Manual,
        "not copied; name a database of its own as `postgres` under `[store]`, or none",
    ),
    (
        "general_settings.alerting",
        Grade::Manual,
        "alert on the metrics and the log instead",
    ),
    (
        "general_settings.store_model_in_db",
        Grade::Unsupported,
        "models stand in the register and nowhere else",
    ),
    (
        "general_settings.allowed_ips",
        Grade::Manual,
        "close the listener to other networks outside the gateway",
    ),
    (
        "general_settings.pass_through_endpoints",
        Grade::Unsupported,
        "what is not in the table of routes is never forwarded",
    ),
    (
        "litellm_settings.drop_params",
        Grade::Unsupported,
        "a request goes on byte for byte; the provider says what it does not take",
    ),
    (
        "litellm_settings.modify_params",
        Grade::Unsupported,
        "a request goes on byte for byte",
    ),
    (
        "litellm_settings.set_verbose",
        Grade::Approximate,
        "set the environment variable `BAILIWICK_LOG`; prompts are never logged",
    ),
    (
        "litellm_settings.json_logs",
        Grade::Manual,
        "choose the form of the log where the gateway is started",
    ),
    (
        "litellm_settings.cache",
        Grade::Unsupported,
        "answers are not kept",
    ),
    (
        "litellm_settings.cache_params",
        Grade::Unsupported,
        "answers are not kept",
    ),
    (
        "litellm_settings.callbacks",
        Grade::Manual,
        "take usage from the ledger and the metrics; prompts leave to nobody",
    ),
    (
        "litellm_settings.success_callback",
        Grade::Manual,
        "take usage from the ledger and the metrics; prompts leave to nobody",
    ),
    (
        "litellm_settings.failure_callback",
        Grade::Manual,
        "take failures from the ledger and the metrics",
    ),
    (
        "litellm_settings.request_timeout",
        Grade::Manual,
        "time limits are the gateway's own; look whether they suit you",
    ),
    (
        "litellm_settings.max_budget",
        Grade::Unsupported,
        "there are no budgets in money; clauses and limits bound use",
    ),
    (
        "litellm_settings.budget_duration",
        Grade::Unsupported,
        "there are no budgets in money; clauses and limits bound use",
    ),
    (
        "litellm_settings.num_retries",
        Grade::Manual,
        "retries are the gateway's own, and none after the first byte",
    ),
    (
        "router_settings.routing_strategy",
        Grade::Unsupported,
        "deployments are tried in the order of `priority`, if law and contract permit each",
    ),
    (
        "router_settings.num_retries",
        Grade::Manual,
        "retries are the gateway's own, and none after the first byte",
    ),
    (
        "router_settings.timeout",
        Grade::Manual,
        "time limits are the gateway's own; look whether they suit you",
    ),
    (
        "router_settings.allowed_fails",
        Grade::Manual,
        "an unhealthy deployment is left out by the gateway's own rules",
    ),
    (
        "router_settings.cooldown_time",
        Grade::Manual,
        "an unhealthy deployment is left out by the gateway's own rules",
    ),
    (
        "router_settings.enable_pre_call_checks",
        Grade::Exact,
        "every request is decided before it is sent, always",
    ),
    (
        "router_settings.redis_host",
        Grade::Unsupported,
        "replicas share nothing yet",
    ),
    (
        "router_settings.redis_port",
        Grade::Unsupported,
        "replicas share nothing yet",
    ),
    (
        "router_settings.redis_password",
        Grade::Unsupported,
        "not copied; replicas share nothing yet",
    ),
    (
        "guardrails",
        Grade::Unsupported,
        "prompts are not inspected; clauses decide about people, places and purposes",
    ),
    (
        "mcp_servers",
        Grade::Unsupported,
        "servers of tools are not forwarded to",
    ),
    (
        "include",
        Grade::Manual,
        "import each file that it names by itself",
    ),
];

/// What becomes of keys of one upstream that it has no counterpart for here.
const OF_UPSTREAMS: &[(&str, Grade, &str)] = &[
    (
        "weight",
        Grade::Unsupported,
        "load is not shared by weight; set `priority` of the deployments",
    ),
    (
        "timeout",
        Grade::Manual,
        "time limits are the gateway's own; look whether they suit you",
    ),
    (
        "stream_timeout",
        Grade::Manual,
        "time limits are the gateway's own; look whether they suit you",
    ),
    (
        "max_retries",
        Grade::Manual,
        "retries are the gateway's own, and none after the first byte",
    ),
    (
        "num_retries",
        Grade::Manual,
        "retries are the gateway's own, and none after the first byte",
    ),
    ("rpm", Grade::Manual, "write it as a limit of the installation"),
    ("tpm", Grade::Manual, "write it as a limit of the installation"),
    (
        "max_parallel_requests",
        Grade::Manual,
        "write it as a limit of the installation",
    ),
    (
        "temperature",
        Grade::Unsupported,
        "a request goes on byte for byte; nothing is filled in for the caller",
    ),
    (
        "max_tokens",
        Grade::Unsupported,
        "a request goes on byte for byte; nothing is filled in for the caller",
    ),
    (
        "drop_params",
        Grade::Unsupported,
        "a request goes on byte for byte",
    ),
    (
        "additional_drop_params",
        Grade::Unsupported,
        "a request goes on byte for byte",
    ),
    (
        "extra_headers",
        Grade::Unsupported,
        "not copied; headers to a provider are the connector's own",
    ),
    (
        "extra_body",
        Grade::Unsupported,
        "a request goes on byte for byte",
    ),
    (
        "organization",
        Grade::Manual,
        "the account follows from the credential; name the key of that organisation",
    ),
    (
        "region_name",
        Grade::Manual,
        "write the places in which it runs as `inference` of the deployment",
    ),
    (
        "api_version",
        Grade::Manual,
        "give it to the connector as `api_version`",
    ),
    (
        "aws_region_name",
        Grade::Manual,
        "it is in the host; give it to the connector as `region` and write the place as `inference`",
    ),
    (
        "vertex_location",
        Grade::Manual,
        "it is in the host; give it to the connector as `location` and write the place as `inference`",
    ),
    (
        "vertex_project",
        Grade::Manual,
        "give it to the connector as `project`",
    ),
    (
        "tags",
        Grade::Unsupported,
        "who may use a deployment follows from clauses, approvals and entitlements",
    ),
    (
        "access_groups",
        Grade::Manual,
        "write the groups as `entitled` of the model",
    ),
    (
        "input_cost_per_token",
        Grade::Unsupported,
        "there are no prices here",
    ),
    (
        "output_cost_per_token",
        Grade::Unsupported,
        "there are no prices here",
    ),
    (
        "base_model",
        Grade::Unsupported,
        "there are no prices here, which it is for",
    ),
    ("id", Grade::Unsupported, "a deployment is named after its model"),
];

/// What becomes of a setting that nothing was said of. Its value is never repeated, since it may be a secret.
pub(super) fn otherwise(setting: &str) -> (Grade, String) {
    let path = without_numbers(setting);
    let fits = |known: &str| path == known || path.starts_with(&format!("{known}."));
    if let Some((_, grade, note)) = KNOWN.iter().find(|(known, ..)| fits(known)) {
        return (*grade, (*note).to_owned());
    }
    if path.starts_with("environment_variables") {
        return (
            Grade::Manual,
            "not copied; set it in the environment of the gateway, if it needs it".to_owned(),
        );
    }
    if path.starts_with("model_list") {
        let keys: Vec<&str> = path.split('.').collect();
        let fits = |known: &str| keys.contains(&known);
        if let Some((_, grade, note)) = OF_UPSTREAMS.iter().find(|(known, ..)| fits(known)) {
            return (*grade, (*note).to_owned());
        }
    }
    (
        Grade::Unsupported,
        "not known here; look what it does before you do without it".to_owned(),
    )
}

fn without_numbers(setting: &str) -> String {
    let mut path = String::new();
    let mut inside = false;
    for c in setting.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if !inside => path.push(c),
            _ => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_by_their_path() {
        let check = |setting: &str, expected: Grade| assert_eq!(otherwise(setting).0, expected, "{setting}");
        check("general_settings.master_key", Grade::Manual);
        check("guardrails[0].litellm_params.mode", Grade::Unsupported);
        check("model_list[3].litellm_params.rpm", Grade::Manual);
        check("router_settings.enable_pre_call_checks", Grade::Exact);
        check("general_settings.master_keys", Grade::Unsupported);
        check("rpm", Grade::Unsupported);
    }
}
