//! Tables for people.

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Row, Table, TableStyle};

/// What stands at both sides of a cell.
const PADDING: usize = 2;

/// A table as wide as the terminal, with a line under its header and no other.
pub fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    with_header(header, LineStyle::none().fill('─').junction('─'))
}

/// The same without header and lines.
pub fn plain() -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic);
    table
}

/// How wide the terminal is that standard output goes to; nothing of a file or a pipe.
pub fn terminal_width() -> Option<u16> {
    plain().width()
}

fn with_header<'a>(header: impl IntoIterator<Item = &'a str>, line: LineStyle) -> Table {
    let mut table = plain();
    table
        .load_style(TableStyle::new().header_separator(line))
        .set_header(header.into_iter().collect::<Vec<_>>());
    table
}

/// A column of a [`fitted`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    name: &'static str,
    rank: u8,
    least: Option<usize>,
}

impl Column {
    /// A column that is always there.
    pub const fn always(name: &'static str) -> Self {
        Self::ranked(name, 0)
    }

    /// A column that goes when there is no room for it: those with the highest rank first.
    pub const fn ranked(name: &'static str, rank: u8) -> Self {
        let least = None;
        Self { name, rank, least }
    }

    /// The same column, whose texts may be broken into lines of `least` characters or more.
    #[must_use]
    pub const fn breaking(mut self, least: usize) -> Self {
        self.least = Some(least);
        self
    }

    fn needs(&self, content: usize) -> usize {
        PADDING + self.least.map_or(content, |least| content.min(least))
    }
}

/// A table of `rows` that fits into `width`, if that is known: columns go that are less important, then
/// texts are broken into lines. Each row has a cell for each column; a column of empty cells is left out.
pub fn fitted(columns: &[Column], rows: &[Vec<String>], width: Option<u16>) -> Table {
    fit(columns, rows, width, None)
}

/// The same with one line for each row: texts are cut where they would be broken.
pub fn fitted_in_lines(columns: &[Column], rows: &[Vec<String>], width: u16) -> Table {
    fit(columns, rows, Some(width), Some(1))
}

fn fit(
    columns: &[Column],
    rows: &[Vec<String>],
    width: Option<u16>,
    most_lines: Option<usize>,
) -> Table {
    // Without a junction, which would take a column between two others.
    let line = LineStyle::none().fill('─');
    let mut all = with_header(columns.iter().map(|column| column.name), line);
    all.add_rows(rows.iter().cloned());
    let contents: Vec<usize> = all
        .column_max_content_widths()
        .into_iter()
        .map(usize::from)
        .collect();
    let has_text = |at: &usize| {
        rows.iter()
            .any(|row| row.get(*at).is_some_and(|it| !it.is_empty()))
    };
    let is_kept = |at: &usize| rows.is_empty() || has_text(at);
    let mut shown: Vec<usize> = (0..columns.len()).filter(is_kept).collect();
    let needs = |shown: &[usize]| -> usize {
        let each = shown.iter().map(|at| columns[*at].needs(contents[*at]));
        each.sum()
    };
    while width.is_some_and(|width| needs(&shown) > usize::from(width)) {
        let last = (0..shown.len()).max_by_key(|at| columns[shown[*at]].rank);
        match last {
            Some(last) if columns[shown[last]].rank > 0 => {
                shown.remove(last);
            }
            _ => break,
        }
    }
    let mut table = with_header(shown.iter().map(|at| columns[*at].name), line);
    for cells in rows {
        let mut row = Row::from(shown.iter().map(|at| cells[*at].as_str()));
        if let Some(lines) = most_lines {
            row.max_height(lines);
        }
        table.add_row(row);
    }
    let whole = shown.iter().map(|at| columns[*at].least.is_none());
    for (column, is_whole) in table.column_iter_mut().zip(whole) {
        if is_whole {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    if let Some(width) = width {
        table.set_width(width);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::always("queue"),
        Column::ranked("ready", 1),
        Column::ranked("limits", 2),
        Column::always("why").breaking(10),
    ];

    fn rows() -> Vec<Vec<String>> {
        let row = [
            "mint-download-token",
            "12",
            "10 in 1s",
            "the mail server is down",
        ];
        vec![row.map(str::to_owned).to_vec()]
    }

    fn lines(width: Option<u16>) -> Vec<String> {
        let table = fitted(&COLUMNS, &rows(), width).to_string();
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    #[test]
    fn everything_is_shown_where_there_is_room() {
        for width in [None, Some(160), Some(80)] {
            let lines = lines(width);
            assert_eq!(lines.len(), 3, "{lines:?}");
            for word in [
                "mint-download-token",
                "12",
                "10 in 1s",
                "the mail server is down",
            ] {
                assert!(lines[2].contains(word), "{word}: {lines:?}");
            }
        }
    }

    #[test]
    fn less_important_columns_go_first_and_then_texts_are_broken() {
        let narrow = lines(Some(42)).join("\n");
        assert!(
            narrow.contains("ready") && !narrow.contains("limits"),
            "{narrow}"
        );
        let narrower = lines(Some(35));
        let text = narrower.join("\n");
        assert!(!text.contains("ready"), "{text}");
        assert!(text.contains("mint-download-token"), "never broken: {text}");
        for word in ["the", "mail", "server", "is", "down"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(
            narrower.iter().all(|line| line.chars().count() <= 35),
            "{text}"
        );
    }

    #[test]
    fn a_row_in_one_line_is_cut() {
        let table = fitted_in_lines(&COLUMNS, &rows(), 35).to_string();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        assert!(lines[2].contains("mint-download-token"), "{table}");
        assert!(lines[2].contains('…'), "{table}");
    }

    #[test]
    fn a_column_without_a_text_is_left_out() {
        let rows = vec![vec![
            "a".to_owned(),
            String::new(),
            "1".to_owned(),
            String::new(),
        ]];
        let table = fitted(&COLUMNS, &rows, None).to_string();
        assert!(
            !table.contains("ready") && table.contains("limits"),
            "{table}"
        );
    }
}
