import { html } from 'hono/html';
import type { ChangeSummary, Question, Update } from '../../types/index.ts';
import { questionCard } from './question.ts';
import { badge, type Html, plural, time } from './text.ts';
import { updateCard } from './update.ts';

const SHOWN_WRITTEN = 10;

/** The first page: what needs a person comes first, then the changes, then what was written. */
export function homePage(shown: {
  changes: ChangeSummary[];
  questions: Question[];
  updates: Update[];
}): Html {
  const { changes, questions, updates } = shown;
  const waiting = updates.filter(({ state }) => state === 'awaitingApproval');
  const written = updates.filter(({ state }) => state === 'applied' || state === 'waitingForRepository');
  return html`<h1 class="visually-hidden">Overview</h1>
${section({ id: 'questions', title: 'Questions for you', items: questions.map(questionCard), empty: html`No question is open. Ask one: <code>specloop ask "…"</code>` })}
${section({ id: 'updates', title: 'Updates to approve', items: waiting.map(updateCard), empty: html`No update waits for a yes.` })}
<section aria-labelledby="changes-title"><h2 id="changes-title">Changes</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="changes-title"><table><thead><tr><th scope="col">Change</th><th scope="col">State</th><th scope="col">Findings</th><th scope="col">Waiting for</th><th scope="col">Since</th></tr></thead>
<tbody id="changes" data-live>${changes.map(changeRow)}${changes.length === 0 ? html`<tr data-key="none"><td colspan="5">No active change. Begin one: <code>npx openspec new change NAME</code></td></tr>` : ''}</tbody></table></div></section>
${section({ id: 'written', title: 'Written lately', items: written.slice(0, SHOWN_WRITTEN).map(updateCard), empty: html`Nothing was written yet.` })}`;
}

function section(of: { id: string; title: string; items: Html[]; empty: Html }): Html {
  const { id, title, items, empty } = of;
  return html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<ul class="cards" id="${id}" data-live>${items}${items.length === 0 ? html`<li class="empty" data-key="none">${empty}</li>` : ''}</ul></section>`;
}

function changeRow(change: ChangeSummary): Html {
  const { id, state, findings, waiting_for: waitingFor = [], problem } = change;
  return html`<tr data-key="change ${id}"><th scope="row"><a href="/changes/${encodeURIComponent(id)}">${id}</a></th>
<td>${badge(state)}</td>
<td>${counts(findings)}</td>
<td>${problem ?? waitingFor.join(', ')}</td>
<td>${time(change.since)}</td></tr>`;
}

function counts({ error, warning, info }: ChangeSummary['findings']): Html {
  if (error + warning + info === 0) return html`none`;
  const parts = [
    error === 0 ? undefined : html`<span class="bad-text">${plural(error, 'error')}</span>`,
    warning === 0 ? undefined : html`<span class="wait-text">${plural(warning, 'warning')}</span>`,
    info === 0 ? undefined : html`${info} info`,
  ].filter((part) => part !== undefined);
  return html`${parts.map((part, index) => html`${index === 0 ? '' : ', '}${part}`)}`;
}
