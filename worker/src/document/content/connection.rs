//! Connections of a workbook to the web, to databases and to files elsewhere.

use crate::document::package::remote_host;
use crate::document::xml::Element;

/// What a workbook calls its own data model.
const OWN_DATA: &str = "Data Model Connection";

/// Where an element of the connections part takes data from, if that is not the workbook or a file of text on this
/// computer.
pub(super) fn source(element: &Element<'_>) -> Option<String> {
    let source = match element.local {
        "webPr" => element.attribute("url"),
        "dbPr" | "oledbPr" | "olapPr" | "dataFeedPr" => element.attribute("connection"),
        "textPr" => return remote_host(&element.attribute("sourceFile")?),
        "connection" => {
            let files = ["odcFile", "sourceFile"].map(|name| element.attribute(name));
            return files
                .into_iter()
                .flatten()
                .find_map(|file| remote_host(&file));
        }
        _ => return None,
    };
    let source = source.unwrap_or_default();
    if source.eq_ignore_ascii_case(OWN_DATA) {
        return None;
    }
    Some(remote_host(&source).unwrap_or_else(|| "a data source".to_owned()))
}
