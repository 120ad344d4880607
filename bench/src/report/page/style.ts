/** The style sheet of the report: light, dark, print and phone; nothing is loaded from elsewhere. */

/** Text of the one `<style>` element. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --soft: #59636e; --line: #d8dee4; --grid: #59636e;
  --good: #116b3f; --good-back: #dcf3e4; --bad: #a4262c; --bad-back: #fbe3e4; --even: #4d5660; --even-back: #eceff2;
  --blue: #0b62b8; --teal: #0b8a83; --sky: #3c9bdc; --indigo: #4b3fb5; --slate: #4c6072;
  --red: #c4314b; --amber: #c27c0e; --brown: #7d4e2d; --violet: #8250c4; --green: #3f8f2f; --grey: #7a7f87; --olive: #7d7a1f;
  --link: #0b62b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101418; --panel: #181d23; --ink: #e4e8ec; --soft: #9aa5b1; --line: #2d353e; --grid: #8b97a3;
    --good: #6fd39b; --good-back: #123323; --bad: #ff8f95; --bad-back: #401b1f; --even: #aeb8c2; --even-back: #242b33;
    --blue: #5aa9f5; --teal: #3ccfc4; --sky: #9bd0ff; --indigo: #a79bff; --slate: #9db4c9;
    --red: #ff7d90; --amber: #f0b148; --brown: #cf9a70; --violet: #c29bff; --green: #86d36f; --grey: #b0b6bd; --olive: #cfca62;
    --link: #7fbcff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 1.5rem clamp(0.9rem, 3vw, 2.5rem) 4rem; max-width: 84rem;
  background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 0.35rem; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; margin: 3rem 0 0.5rem; padding-top: 0.9rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.6rem 0 0.4rem; }
p { margin: 0.45rem 0; max-width: 52rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
header .facts { color: var(--soft); max-width: none; }
nav { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; margin: 1rem 0 0; padding: 0.55rem 0; border-block: 1px solid var(--line); font-size: 0.92rem; }
.soft { color: var(--soft); }
.small { font-size: 0.87rem; }
.notice { background: var(--bad-back); color: var(--bad); padding: 0.6rem 0.9rem; border-radius: 6px; }
ul.words { padding-left: 1.15rem; max-width: 60rem; margin: 0.5rem 0; }
ul.words li { margin: 0.35rem 0; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 0.6rem 0 0.9rem; font-size: 0.87rem; }
.legend span { display: inline-flex; align-items: center; gap: 0.4rem; white-space: nowrap; }
.legend svg { display: block; flex: none; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 0.9rem; }
figure { margin: 0; padding: 0.75rem 0.8rem 0.5rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; min-width: 0; break-inside: avoid; }
figcaption { font-size: 0.87rem; margin-bottom: 0.35rem; line-height: 1.4; }
figcaption b { display: block; font-size: 0.95rem; }
figcaption span { color: var(--soft); }
figure svg { display: block; width: 100%; height: auto; max-width: 34rem; overflow: visible; font-family: inherit; --plot-background: var(--panel); }
figure svg text { white-space: pre; }
.scroll { overflow-x: auto; margin: 0.6rem 0; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 0.87rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.38rem 0.7rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
thead th { background: var(--panel); font-weight: 600; border-bottom-color: var(--grid); vertical-align: bottom; white-space: normal; min-width: 5.5rem; }
tbody tr:last-child > * { border-bottom: 0; }
tr.group > * { border-top: 2px solid var(--line); }
th:first-child, td.text, th.text { text-align: left; }
tbody th { font-weight: 600; text-align: left; }
td.wrap { white-space: normal; min-width: 14rem; text-align: left; }
td small { display: block; color: var(--soft); font-size: 0.92em; }
.mark { display: inline-block; padding: 0 0.45rem; border-radius: 1rem; font-size: 0.93em; font-weight: 600; white-space: nowrap; }
.better { color: var(--good); background: var(--good-back); }
.worse { color: var(--bad); background: var(--bad-back); }
.same, .unclear { color: var(--even); background: var(--even-back); font-weight: 500; }
details { border: 1px solid var(--line); border-radius: 8px; margin: 0.6rem 0; padding: 0 0.9rem; }
details[open] { padding-bottom: 0.8rem; }
details .grid { grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
summary { cursor: pointer; padding: 0.55rem 0; font-weight: 600; }
summary span { font-weight: 400; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.2rem; font-size: 0.9rem; margin: 0.5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 0.7rem 0.9rem; font-size: 0.82rem; line-height: 1.4; }
@media (max-width: 40rem) {
  body { font-size: 14.5px; padding-top: 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.12rem; margin-top: 2.2rem; }
  th, td { padding: 0.34rem 0.5rem; }
  tbody th, thead th:first-child { position: sticky; left: 0; background: var(--panel); }
  dl { grid-template-columns: 1fr; } dt { margin-top: 0.4rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --panel: #fff; --ink: #000; --soft: #444; --line: #bbb; --grid: #555;
    --good: #116b3f; --good-back: #fff; --bad: #a4262c; --bad-back: #fff; --even: #444; --even-back: #fff;
    --blue: #0b62b8; --teal: #0b8a83; --sky: #3c9bdc; --indigo: #4b3fb5; --slate: #4c6072;
    --red: #c4314b; --amber: #c27c0e; --brown: #7d4e2d; --violet: #8250c4; --green: #3f8f2f; --grey: #7a7f87; --olive: #7d7a1f;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .grid { grid-template-columns: repeat(2, 1fr); }
  .scroll { overflow: visible; } h2 { break-after: avoid; } th, td { white-space: normal; padding: 0.2rem 0.35rem; font-size: 8pt; }
}
`;

/** The one script: opens what is folded when the page is printed. */
export const SCRIPT = `addEventListener('beforeprint', () => { for (const each of document.querySelectorAll('details')) each.open = true; });`;
