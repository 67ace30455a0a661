//! Azure: the form that Entra wants, and one deployment in the path.

use super::service::{Service, json};
use super::{CHAT, plan};
use crate::world::{NOW, NY_TRADER, SECRET};
use gateway::{Auth, Credential, EntraClient};
use wire::Protocol;

const GPT: &str = "{\"model\":\"gpt\",\"n\":1}";

#[tokio::test]
async fn a_secret_brings_a_token_for_azure() {
    let tokens =
        Service::plain(|_| json(200, "{\"access_token\":\"entra-token\",\"expires_in\":\"3599\"}")).await;
    let token_url = format!("{}/larkmoor/oauth2/v2.0/token", tokens.url("127.0.0.1"));
    let service = Service::plain(|_| json(200, "{}")).await;
    let plan = plan(&service, "openai-api", move |settings| {
        settings.protocol = Protocol::AzureOpenAi;
        settings.credential = Credential::Literal("entra canary&x=y".to_owned());
        settings.options.api_version = Some("2024-10-21".to_owned());
        settings.options.auth = Auth::Entra(EntraClient {
            token_url: token_url.clone(),
            client_id: "11-22".to_owned(),
            scope: EntraClient::SCOPE.to_owned(),
        });
    });
    let world = plan.start().await;
    world.connectors.refresh(|| NOW).await;
    assert_eq!(world.caller(NY_TRADER).post(CHAT, GPT).await.status, 200);
    let asked = &tokens.got()[0];
    assert_eq!(asked.path, "/larkmoor/oauth2/v2.0/token");
    let expected = "grant_type=client_credentials&client_id=11-22&client_secret=entra%20canary%26x%3Dy\
         &scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default";
    assert_eq!(asked.text(), expected);
    let got = &service.got()[0];
    assert_eq!(
        got.path,
        "/openai/deployments/gpt-5-2026/chat/completions?api-version=2024-10-21"
    );
    assert_eq!(
        (got.header("authorization"), got.header("api-key")),
        ("Bearer entra-token", "")
    );
    assert_eq!(got.text(), "{\"model\":\"gpt-5-2026\",\"n\":1}");
}

#[tokio::test]
async fn a_key_goes_in_its_own_header() {
    let service = Service::plain(|_| json(200, "{}")).await;
    let plan = plan(&service, "openai-api", |settings| {
        settings.protocol = Protocol::AzureOpenAi
    });
    assert_eq!(
        plan.start().await.caller(NY_TRADER).post(CHAT, GPT).await.status,
        200
    );
    let got = &service.got()[0];
    assert_eq!(got.path, "/openai/v1/chat/completions");
    assert_eq!((got.header("authorization"), got.header("api-key")), ("", SECRET));
}
