//! The statement as a page that stands by itself: no script, nothing from elsewhere, in light and dark and on paper.

use super::statement::{self, Statement};
use pulldown_cmark::{Options, Parser, html};
use std::io::{self, Write};

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>Isolation report</title>
<style>
:root{color-scheme:light dark;--paper:#fff;--text:#1b1f24;--faint:#5c6670;--line:#c4ccd4;--area:#f5f7f9}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--text:#e8ecf0;--faint:#9aa5b1;--line:#3b444e;--area:#1b2128}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:1100px;margin:0 auto;padding:24px 16px 64px}h1{font-size:26px;margin:0 0 8px}h2{font-size:19px;margin:36px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:15px;margin:20px 0 8px}
.wide{overflow-x:auto}table{border-collapse:collapse;min-width:60%}th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line)}th{color:var(--faint);font-weight:500;white-space:nowrap}
td{overflow-wrap:break-word;max-width:60ch}code{font:13px ui-monospace,monospace}svg{display:block;max-width:100%;height:auto;margin:16px 0}li{margin:4px 0}
@media print{:root{color-scheme:light}body{font-size:11px}main{max-width:none;padding:0}h2{break-after:avoid}tr,svg{break-inside:avoid}}
</style>
</head>
<body>
<main>
";

const FOOT: &str = "</main>\n</body>\n</html>\n";

/// The page, with the picture below what comes first.
pub(crate) fn write(out: &mut dyn Write, of: &Statement<'_>, picture: &str) -> io::Result<()> {
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    statement::head(&mut head, of)?;
    statement::tail(&mut tail, of)?;
    write!(out, "{HEAD}{}{picture}{}{FOOT}", page(&head), page(&tail))
}

/// Markdown of ours as HTML.
fn page(text: &[u8]) -> String {
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(&String::from_utf8_lossy(text), Options::ENABLE_TABLES));
    page.replace("<table>", "<div class=\"wide\" tabindex=\"0\"><table>").replace("</table>", "</table></div>")
}
