/** The look of every page. Text keeps a contrast of 4.5 to 1 in both themes. */
export const STYLE = `
:root {
  --paper: #fafaf8; --card: #ffffff; --ink: #1d2125; --soft: #565d66; --line: #d9dbd6; --accent: #0b5c8a; --on-accent: #ffffff;
  --good: #1c6b3a; --good-bg: #e3f3e8; --bad: #a3232b; --bad-bg: #fbe6e6; --wait: #7a4d00; --wait-bg: #fbeed2; --plain-bg: #ecedea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --card: #1d2125; --ink: #e8e9e6; --soft: #a5acb4; --line: #363c43; --accent: #7cc4ee; --on-accent: #0d1519;
    --good: #86d7a3; --good-bg: #17321f; --bad: #ff9d9d; --bad-bg: #3d1c1e; --wait: #f1c26b; --wait-bg: #382a0f; --plain-bg: #2b3036;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code, .diff { font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; font-size: .875em; overflow-wrap: anywhere; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding-top: 1rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
header p, header ul { margin: 0; padding: 0; }
.brand { font-weight: 700; font-size: 1.125rem; }
.brand a { color: inherit; text-decoration: none; }
.root { font-weight: 400; font-size: .875rem; color: var(--soft); }
.facts { list-style: none; width: 100%; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .875rem; }
.facts em { color: var(--wait); font-style: normal; }
.label, .meta, .place, .why, .live { color: var(--soft); font-size: .875rem; }
.live { margin-left: auto; }
.live.stale { color: var(--bad); font-weight: 600; }
h1 { font-size: 1.5rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
.cards, .findings { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
.card, .findings > li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .875rem 1rem; min-width: 0; }
.empty { color: var(--soft); }
.notice { background: var(--wait-bg); color: var(--wait); border-radius: .375rem; padding: .5rem .75rem; }
.badge { display: inline-block; border-radius: 1rem; padding: 0 .625rem; font-size: .8125rem; font-weight: 600; background: var(--plain-bg); color: var(--ink); }
.good { background: var(--good-bg); color: var(--good); }
.bad { background: var(--bad-bg); color: var(--bad); }
.wait { background: var(--wait-bg); color: var(--wait); }
.bad-text { color: var(--bad); }
.wait-text { color: var(--wait); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem .75rem; vertical-align: baseline; font-weight: 400; }
thead th { color: var(--soft); font-size: .875rem; border-bottom: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
form { margin-top: .75rem; }
label { font-size: .875rem; color: var(--soft); }
textarea, input:not([type]) { width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .375rem; padding: .375rem .5rem; }
.actions { display: flex; gap: .5rem; margin-top: .5rem; }
button { font: inherit; font-size: .9375rem; min-height: 2rem; padding: .125rem .875rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--card); color: inherit; cursor: pointer; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button:disabled { opacity: .55; cursor: progress; }
.facts button { min-height: 1.5rem; font-size: .8125rem; padding: 0 .5rem; }
.options { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .5rem; }
.options small { color: var(--soft); }
output { display: block; color: var(--bad); font-size: .875rem; }
fieldset { border: 0; margin: .5rem 0 0; padding: 0; min-width: 0; }
legend { padding: 0; }
legend label { display: inline-flex; align-items: center; gap: .375rem; min-height: 1.5rem; }
input[type=checkbox] { width: 1.125rem; height: 1.125rem; accent-color: var(--accent); }
.diff { border: 1px solid var(--line); border-radius: .375rem; margin-top: .375rem; overflow-x: auto; }
.diff > * { display: block; padding: 0 .625rem; white-space: pre-wrap; text-decoration: none; }
.diff .at { color: var(--soft); border-bottom: 1px solid var(--line); }
.diff del { background: var(--bad-bg); color: var(--bad); }
.diff del::before { content: "− "; }
.diff ins { background: var(--good-bg); color: var(--good); }
.diff ins::before { content: "+ "; }
blockquote { margin: .5rem 0 0; padding-left: .75rem; border-left: 3px solid var(--good); }
cite { display: block; color: var(--soft); font-size: .875rem; }
.command { margin-top: .5rem; font-size: .875rem; color: var(--soft); }
.command summary { cursor: pointer; min-height: 1.5rem; width: fit-content; }
footer { display: flex; gap: 1.25rem; margin-top: 3rem; padding-bottom: 2rem; font-size: .875rem; color: var(--soft); }
.skip, .visually-hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
.skip:focus { clip-path: none; width: auto; height: auto; padding: .5rem; background: var(--card); }
`;
