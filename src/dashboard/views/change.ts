import { html } from 'hono/html';
import type { ChangeDetail, Finding } from '../../types/index.ts';
import { changeActor } from '../../workflow/identity.ts';
import { inspectAddress } from './inspect.ts';
import { questionCard } from './question.ts';
import { asCommand, badge, type Html, time } from './text.ts';
import { updateCard } from './update.ts';

/** One change: its findings by file, its questions, its updates. */
export function changePage(change: ChangeDetail): Html {
  const { id, state, rounds, problem, waiting_for: waitingFor } = change;
  const path = `/api/changes/${encodeURIComponent(id)}`;
  return html`<h1>${id}</h1>
<div id="change" data-live><div data-key="state">
<p class="meta">${badge(state)} since ${time(change.since)}, round ${rounds}${waitingFor === undefined ? '' : html`, waits for ${waitingFor.join(', ')}`}. <a href="${inspectAddress(changeActor(id))}">On its state chart</a></p>
${problem === undefined ? '' : html`<p class="notice">${problem}</p>`}
<p class="actions"><button type="button" data-post="${path}/process">Review again</button>
${state === 'failed' ? html`<button type="button" data-post="${path}/retry">Retry</button>` : ''}</p>
${asCommand(`specloop review ${id}`)}
</div></div>
<section aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>
<ul class="findings" id="findings" data-live>${change.findings_list.map(findingItem)}${change.findings_list.length === 0 ? html`<li class="empty" data-key="none">Nothing found.</li>` : ''}</ul></section>
<section aria-labelledby="questions-title"><h2 id="questions-title">Questions</h2>
<ul class="cards" id="questions" data-live>${change.questions.map(questionCard)}${change.questions.length === 0 ? html`<li class="empty" data-key="none">None. A bullet under <code>## Open Questions</code> becomes one.</li>` : ''}</ul></section>
<section aria-labelledby="updates-title"><h2 id="updates-title">Updates</h2>
<ul class="cards" id="updates" data-live>${change.updates.map(updateCard)}${change.updates.length === 0 ? html`<li class="empty" data-key="none">None yet.</li>` : ''}</ul></section>`;
}

function findingItem(finding: Finding, index: number): Html {
  const { severity, file, line, message, why, rule } = finding;
  return html`<li data-key="finding ${index}"><p>${badge(severity)} ${message}</p>
<p class="place"><code>${file}:${line}</code> <span class="label">${rule}</span></p>
${why === undefined ? '' : html`<p class="why">${why}</p>`}</li>`;
}
