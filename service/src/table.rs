//! Tables for people.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

/// A table as wide as the terminal, with a line under its header and no other.
pub fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let line = LineStyle::none().fill('─').junction('─');
    let mut table = plain();
    table
        .load_style(TableStyle::new().header_separator(line))
        .set_header(header);
    table
}

/// The same without header and lines.
pub fn plain() -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic);
    table
}
