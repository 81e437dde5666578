import { html } from 'hono/html';
import type { Hunk, Update } from '../../types/index.ts';
import { asCommand, badge, type Html, time } from './text.ts';

/** An update with its hunks, and what a person may do about it now. */
export function updateCard(update: Update): Html {
  const { id, path, state, reason, hunks } = update;
  return html`<li class="card" data-key="update ${id}">
<h3>${reason}</h3>
<p class="meta">${badge(update.undone_by === undefined ? state : 'undone')} <code>${path}</code> ${time(update.at)}${update.commit === undefined ? '' : html` <code>${update.commit.slice(0, 10)}</code>`}</p>
${update.note === undefined ? '' : html`<p>${update.note}</p>`}
${state === 'awaitingApproval' ? approvalForm(update) : html`${hunks.map((hunk) => diff(hunk))}${undoForm(update)}`}
</li>`;
}

function approvalForm({ id, hunks }: Update): Html {
  const path = `/api/updates/${encodeURIComponent(id)}`;
  const why = `why-${id}`;
  return html`<form data-post="${path}/approve">
${hunks.map((hunk, index) => chosenHunk(hunk, { number: index + 1, only: hunks.length === 1 }))}
<p class="actions"><button type="submit" class="main">Approve</button></p>
<output role="status"></output>
</form>
<form data-post="${path}/reject">
<label for="${why}">Why not</label>
<p class="actions"><input id="${why}" name="why" required> <button type="submit">Reject</button></p>
<output role="status"></output>
${asCommand(`specloop approve ${id}${hunks.length > 1 ? ' [--hunk N…]' : ''}   specloop reject ${id} --why "…"`)}
</form>`;
}

function chosenHunk(hunk: Hunk, place: { number: number; only: boolean }): Html {
  if (place.only) return diff(hunk);
  return html`<fieldset><legend><label><input type="checkbox" name="hunks" value="${place.number}" checked> Hunk ${place.number}</label></legend>${diff(hunk)}</fieldset>`;
}

function diff({ line, before, after }: Hunk): Html {
  return html`<div class="diff" tabindex="0" role="group" aria-label="Line ${line}"><span class="at">line ${line}</span>${before.map((text) => html`<del>${text}</del>`)}${after.map((text) => html`<ins>${text}</ins>`)}</div>`;
}

function undoForm({ id, state, undone_by: undoneBy }: Update): Html | '' {
  if (state !== 'applied' || undoneBy !== undefined) return '';
  return html`<form data-post="/api/updates/${encodeURIComponent(id)}/undo">
<p class="actions"><button type="submit">Undo</button></p>
<output role="status"></output>
${asCommand(`specloop undo ${id}`)}
</form>`;
}
