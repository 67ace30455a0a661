//! Keys by which other gateways let a request choose where it goes, as whom, and what happens when that fails.
//!
//! They were read out of the request schemas of LiteLLM, OpenRouter, Portkey and Vercel's gateway. No provider that is
//! called here knows them, so nobody loses anything by their absence; but one of those gateways may stand behind us.

/// The keys.
pub(crate) const HINTS: [&str; 78] = [
    // where it goes
    "api_base",
    "base_url",
    "api_version",
    "api_type",
    "azure_endpoint",
    "custom_host",
    "custom_llm_provider",
    "deployment_id",
    "endpoint",
    "endpoint_url",
    "model_id",
    "model_list",
    "models",
    "only",
    "order",
    "override_params",
    "plugins",
    "preset",
    "provider",
    "provider_options",
    "providers",
    "proxy",
    "route",
    "router",
    "router_settings_override",
    "strategy",
    "target",
    "target_url",
    "targets",
    "transforms",
    "user_config",
    "virtual_key",
    // in which region
    "allowed_model_region",
    "aws_bedrock_runtime_endpoint",
    "aws_region_name",
    "region",
    "region_name",
    "vertex_location",
    "vertex_ai_location",
    // as whom
    "api_key",
    "api_keys",
    "aws_access_key_id",
    "aws_profile_name",
    "aws_role_name",
    "aws_secret_access_key",
    "aws_session_name",
    "aws_session_token",
    "aws_sts_endpoint",
    "aws_web_identity_token",
    "azure_ad_token",
    "azure_username",
    "azure_password",
    "client_id",
    "client_secret",
    "organization",
    "project",
    "tenant_id",
    "vertex_credentials",
    "vertex_ai_credentials",
    "vertex_project",
    "vertex_ai_project",
    "workspace_id",
    // what else is sent
    "extra_body",
    "extra_headers",
    "extra_query",
    "default_headers",
    "default_query",
    "forward_headers",
    "headers",
    // what happens when it fails
    "content_policy_fallbacks",
    "context_window_fallbacks",
    "default_fallbacks",
    "fallback",
    "fallbacks",
    "mock_response",
    "num_retries",
    "litellm_metadata",
    "litellm_params",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hint_stands_twice() {
        let mut hints = HINTS;
        hints.sort_unstable();
        assert!(hints.windows(2).all(|pair| pair[0] != pair[1]), "{hints:?}");
    }
}
