//! From a collector as configured to an exporter.

use crate::clock;
use crate::config::Config;
use crate::config::credential::{Credential, variable};
use gateway::{Export, ExportError, ExportSettings, Exporter};

/// Where requests are handed over, and what sends them, if the configuration names a collector.
pub(crate) fn open(config: &Config) -> Result<Option<(Export, Exporter)>, ExportError> {
    let Some(otlp) = config.otlp.clone() else {
        return Ok(None);
    };
    let headers = otlp.headers.into_iter();
    let settings = ExportSettings {
        endpoint: otlp.endpoint,
        headers: headers
            .map(|(name, source)| (name, Credential::handed_on(Some(&source))))
            .collect(),
        ca: otlp.ca,
        proxy: otlp.proxy,
        sampling: otlp.sampling,
        service_name: otlp.service_name,
        service_instance: otlp.service_instance,
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        interval: otlp.interval,
        passes_on: otlp.trace_to_providers,
        is_secure: config.serving.listening.tls.is_some(),
        wall: clock::wall,
    };
    Export::open(&settings, variable).map(Some)
}
