//! Why a connector cannot be used.

/// Why a connector cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// The address is none.
    #[error("`{url}` of connector `{connector}` is not an address such as `https://api.anthropic.com`")]
    Url {
        /// Connector.
        connector: String,
        /// As written.
        url: String,
    },
    /// The address would send credential and prompts in the clear.
    #[error("connector `{connector}` must use https, because `{host}` is another machine")]
    InTheClear {
        /// Connector.
        connector: String,
        /// Host.
        host: String,
    },
    /// A stand-in on another machine.
    #[error("connector `{connector}` is a stand-in, so it must be on loopback, not on `{host}`")]
    StandInElsewhere {
        /// Connector.
        connector: String,
        /// Host.
        host: String,
    },
    /// Two connectors with one id.
    #[error("there are two connectors `{connector}`")]
    Twice {
        /// Connector.
        connector: String,
    },
    /// The credential is not there.
    #[error(
        "the credential of connector `{connector}` is to come from {source_of_it}, which does not give it"
    )]
    NoCredential {
        /// Connector.
        connector: String,
        /// Where it should come from.
        source_of_it: String,
    },
    /// The credential has characters that no header can have, or is not what it should be.
    #[error("the credential of connector `{connector}` {reason}")]
    UnusableCredential {
        /// Connector.
        connector: String,
        /// What is wrong with it, without a word of it.
        reason: String,
    },
    /// The register pins a deployment to other hosts.
    #[error(
        "connector `{connector}` goes to `{host}`, and the register pins deployment `{deployment}` to {pinned}"
    )]
    OutsidePin {
        /// Connector.
        connector: String,
        /// Its host.
        host: String,
        /// Deployment that it carries.
        deployment: String,
        /// Hosts that the register allows.
        pinned: String,
    },
    /// The connector speaks another wire than the channel of a deployment that it carries.
    #[error(
        "connector `{connector}` speaks `{speaks}`, and the channel of deployment `{deployment}` has the wire `{wire}`"
    )]
    OtherWire {
        /// Connector.
        connector: String,
        /// Wire of its protocol.
        speaks: String,
        /// Deployment that it carries.
        deployment: String,
        /// Wire of the deployment's channel.
        wire: String,
    },
    /// The protocol cannot do without a setting.
    #[error("connector `{connector}` speaks `{protocol}`, for which `{key}` is needed")]
    Missing {
        /// Connector.
        connector: String,
        /// Protocol.
        protocol: String,
        /// Setting.
        key: String,
    },
    /// The protocol does nothing with a setting.
    #[error("connector `{connector}` speaks `{protocol}`, which does nothing with `{key}`")]
    NotUsed {
        /// Connector.
        connector: String,
        /// Protocol.
        protocol: String,
        /// Setting.
        key: String,
    },
    /// A setting is not a plain word.
    #[error("`{key}` of connector `{connector}` is not a word of letters, digits, `-`, `_` and `.`")]
    Word {
        /// Connector.
        connector: String,
        /// Setting.
        key: String,
    },
    /// The host stands for another place than the setting.
    #[error("connector `{connector}` has the {key} `{value}`, and its host `{host}` does not belong to it")]
    OtherPlace {
        /// Connector.
        connector: String,
        /// Setting.
        key: String,
        /// As written.
        value: String,
        /// Host.
        host: String,
    },
    /// Neither proxy nor token endpoint is an address to which a secret may be sent.
    #[error("the {what} of connector `{connector}` must be {form}")]
    Address {
        /// Connector.
        connector: String,
        /// What is addressed.
        what: String,
        /// What it should look like.
        form: String,
    },
    /// The certificate authorities to trust cannot be read.
    #[error("the certificate authorities of connector `{connector}` cannot be used: {reason}")]
    Trust {
        /// Connector.
        connector: String,
        /// What is wrong.
        reason: String,
    },
}
