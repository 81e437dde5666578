/** The look of diagrams, over the attributes that the SVG carries: the same colours as the rest of the page. */
export const CHART_STYLE = `
.chart { display: block; }
.chart text { fill: var(--ink); }
.chart-paper { fill: var(--card); }
.chart-box > rect { fill: var(--paper); stroke: var(--soft); }
.chart-box > circle { fill: var(--ink); }
.chart-box.walked > rect { stroke: var(--good); stroke-width: 2; }
.chart-box.active > rect { fill: var(--wait-bg); stroke: var(--wait); stroke-width: 3; }
.chart-arrow path { stroke: var(--soft); }
.chart-arrow .head { fill: var(--soft); }
.chart-arrow.walked path { stroke: var(--good); stroke-width: 2; }
.chart-arrow.walked .head { fill: var(--good); }
.chart-label > rect { fill: var(--card); }
.tabs { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; padding: 0; }
.tabs a { display: inline-block; padding: .25rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--card); }
.tabs a[aria-current] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
main.wide, body:has(main.wide) > header, body:has(main.wide) > footer { max-width: 96rem; }
td time { white-space: nowrap; }
tr[aria-current] > * { background: var(--wait-bg); }
.diagram { max-height: 80vh; overflow: auto; }
`;
