import { html, raw } from 'hono/html';
import { edgeText, innerText, svg } from '../../charts/index.ts';
import type { ActorHistoryEntry, ActorSummary } from '../../workflow/api.ts';
import type { Inspected } from '../inspect.ts';
import { asCommand, badge, type Html, plural, time } from './text.ts';

const MOST_ENTRIES = 200;

/** The address at which an actor is inspected. */
export function inspectAddress(actor: string, seq?: number): string {
  return `/inspect?actor=${encodeURIComponent(actor)}${seq === undefined ? '' : `&seq=${seq}`}`;
}

/** A machine as a diagram, an actor on it with its history in sequence, and the actors that changed last. */
export function inspectPage(inspected: Inspected): Html {
  const { machines, exhibit, chosen } = inspected;
  const { id, version } = exhibit.chart;
  return html`<h1>Inspector</h1>
<nav aria-label="Machines"><ul class="tabs">${machines.map((machine) => tab(machine, id))}</ul></nav>
${chosen === undefined ? '' : actorSection(chosen, inspected.isKnown)}
<section aria-labelledby="diagram-title"><h2 id="diagram-title">Machine ${id}, version ${version}</h2>
<div class="scroll diagram" id="diagram" data-live tabindex="0" role="group" aria-labelledby="diagram-title"><div data-key="picture">${raw(svg(exhibit.picture, { title: pictureTitle(inspected), standing: inspected.standing }))}</div></div>
<p class="meta">${chosen === undefined ? '' : 'Amber: where it is. Green: where it was, and how it went. '}As <a href="/api/machines/${id}/diagram">Mermaid</a>, <a href="/api/machines/${id}/diagram?format=svg">SVG</a> or <a href="/api/machines/${id}">JSON for the Stately editor</a>.</p>
${transitionTable(inspected)}</section>
${chosen === undefined ? '' : historySection(chosen)}
${actorsSection(inspected)}`;
}

function tab(machine: string, current: string): Html {
  const mark = machine === current ? raw(' aria-current="true"') : '';
  return html`<li><a href="/inspect?machine=${machine}"${mark}>${machine}</a></li>`;
}

function pictureTitle({ exhibit, chosen }: Inspected): string {
  const { id } = exhibit.chart;
  if (chosen === undefined) return `The machine ${id}`;
  return `The machine ${id}; ${chosen.actor.id} is ${chosen.shown?.to ?? chosen.actor.state}`;
}

type Chosen = NonNullable<Inspected['chosen']>;

function actorSection({ actor, history, shown }: Chosen, isKnown: boolean): Html {
  const { id, state, since, seq, status } = actor;
  const at = shown?.seq ?? seq;
  const seqs = history.map((entry) => entry.seq);
  const earlier = Math.max(...seqs.filter((other) => other < at));
  const later = Math.min(...seqs.filter((other) => other > at));
  return html`<section aria-labelledby="actor-title"><h2 id="actor-title"><code>${id}</code></h2>
<div id="actor" data-live><div data-key="standing">
<p class="meta">${badge(state)} since ${time(since)}, ${status}, after ${plural(seq, 'transition')}${changeLink(actor)}</p>
${isKnown ? '' : html`<p class="notice">Version ${actor.version} of this machine is not the one below: its state is not on the diagram.</p>`}
${shown === undefined ? '' : html`<p class="notice">Shown as it was after transition ${shown.seq}: ${badge(shown.to)} <a href="${inspectAddress(id)}">Show it as it is now</a></p>`}
<p class="tabs">${stepLink(id, earlier, '← Earlier')} ${stepLink(id, later, 'Later →')}</p>
</div></div>
${asCommand(`specloop actors ${id}`)}</section>`;
}

function stepLink(id: string, seq: number, text: string): Html | '' {
  return Number.isFinite(seq) ? html`<a href="${inspectAddress(id, seq)}">${text}</a>` : '';
}

function changeLink({ id, machine }: ActorSummary): Html | '' {
  if (machine !== 'change') return '';
  // The rest of the id is the change's name as addresses have it.
  return html`, <a href="/changes/${id.slice(id.indexOf('/') + 1)}">its page</a>`;
}

function historySection({ actor, history, shown }: Chosen): Html {
  const rest = history.length - MOST_ENTRIES;
  return html`<section aria-labelledby="history-title"><h2 id="history-title">History</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="history-title"><table><thead><tr><th scope="col">No.</th><th scope="col">Time</th><th scope="col">Event</th><th scope="col">From → to</th><th scope="col">Effects</th></tr></thead>
<tbody id="history" data-live>${history.slice(0, MOST_ENTRIES).map((entry) => historyRow(entry, { actor: actor.id, shown: shown?.seq }))}</tbody></table></div>
${rest > 0 ? html`<p class="meta">${plural(rest, 'earlier transition')}: <a href="/api/actors/${encodeURIComponent(actor.id)}/history">the whole history as JSON</a></p>` : ''}</section>`;
}

function historyRow(entry: ActorHistoryEntry, o: { actor: string; shown: number | undefined }): Html {
  const { seq, at, event, from, to, effects } = entry;
  const mark = seq === o.shown ? raw(' aria-current="true"') : '';
  return html`<tr data-key="entry ${seq}"${mark}><th scope="row"><a href="${inspectAddress(o.actor, seq)}" aria-label="Show after transition ${seq}">${seq}</a></th>
<td>${time(at)}</td><td><code>${event}</code></td>
<td>${from === to ? html`${to} <span class="label">stays</span>` : html`${from === '' ? html`<span class="label">begins</span>` : from} → ${to}`}</td>
<td>${effects.map((effect) => html`<code>${effect}</code> `)}</td></tr>`;
}

function actorsSection({ actors, chosen, exhibit }: Inspected): Html {
  return html`<section aria-labelledby="actors-title"><h2 id="actors-title">Actors that changed last</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="actors-title"><table><thead><tr><th scope="col">Actor</th><th scope="col">State</th><th scope="col">Status</th><th scope="col">Since</th></tr></thead>
<tbody id="actors" data-live>${actors.map((actor) => actorRow(actor, actor.id === chosen?.actor.id))}${actors.length === 0 ? html`<tr data-key="none"><td colspan="4">No ${exhibit.chart.id} yet.</td></tr>` : ''}</tbody></table></div></section>`;
}

function actorRow({ id, state, status, since }: ActorSummary, isChosen: boolean): Html {
  const mark = isChosen ? raw(' aria-current="true"') : '';
  return html`<tr data-key="actor ${id}"${mark}><th scope="row"><a href="${inspectAddress(id)}">${id}</a></th><td>${badge(state)}</td><td>${status}</td><td>${time(since)}</td></tr>`;
}

/** The diagram in words, for whoever cannot see it. */
function transitionTable({ exhibit }: Inspected): Html {
  const rows = exhibit.chart.edges.map(
    (edge) =>
      html`<tr><th scope="row">${edge.from === '' ? 'any state' : edge.from}</th><td>${edge.to === undefined ? innerText(edge) : edgeText(edge, { actions: true })}</td><td>${edge.to ?? html`<span class="label">stays</span>`}</td></tr>`,
  );
  return html`<details class="command"><summary>All transitions as a table</summary><div class="scroll" tabindex="0" role="group" aria-label="All transitions"><table><thead><tr><th scope="col">From</th><th scope="col">When</th><th scope="col">To</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
