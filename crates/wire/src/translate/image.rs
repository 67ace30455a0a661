//! Pictures, as addresses and as base64.

use super::model::{Image, ImageSource};
use super::refuse::{NotTranslatable, Outcome};

/// Kinds of pictures that every protocol takes.
const MEDIA: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The picture at an address, or in a `data:` address.
pub(super) fn of_address(address: String, detail: Option<String>) -> Outcome<Image> {
    let source = if let Some(data) = address.strip_prefix("data:") {
        let (media, data) = data
            .split_once(";base64,")
            .ok_or_else(|| NotTranslatable::malformed("url", "base64 where it begins with `data:`"))?;
        inline(media, data.to_owned())?
    } else if address.starts_with("https://") || address.starts_with("http://") {
        ImageSource::Address(address)
    } else {
        return Err(NotTranslatable::malformed("url", "an address of the web"));
    };
    Ok(Image { source, detail })
}

/// A picture in the request itself.
pub(super) fn inline(media: &str, data: String) -> Outcome<ImageSource> {
    let media = media.split(';').next().unwrap_or_default().to_ascii_lowercase();
    let media = if media == "image/jpg" {
        "image/jpeg".to_owned()
    } else {
        media
    };
    if MEDIA.contains(&media.as_str()) {
        Ok(ImageSource::Inline { media, data })
    } else {
        Err(NotTranslatable::named("an image of type", &media, ""))
    }
}

/// The picture as one address.
pub(super) fn address(source: ImageSource) -> String {
    match source {
        ImageSource::Address(address) => address,
        ImageSource::Inline { media, data } => format!("data:{media};base64,{data}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back() {
        for text in ["https://pictures.example/a.png", "data:image/png;base64,AAAA"] {
            assert_eq!(address(of_address(text.to_owned(), None).unwrap().source), text);
        }
        for text in [
            "file:///a",
            "data:text/plain,a",
            "data:image/svg+xml;base64,AA",
            "",
        ] {
            assert!(of_address(text.to_owned(), None).is_err(), "{text}");
        }
    }
}
