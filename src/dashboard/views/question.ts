import { html } from 'hono/html';
import type { Question } from '../../types/index.ts';
import { asCommand, badge, type Html, time } from './text.ts';

/** A question. One that may be answered has a form: an option is one press, anything else is written. */
export function questionCard(question: Question): Html {
  const { id, text, state } = question;
  return html`<li class="card" data-key="question ${id}">
<h3>${text}</h3>
<p class="meta">${badge(state)} ${changeLink(question)} asked ${time(question.asked_at)}</p>
${question.why === undefined ? '' : html`<p>${question.why}</p>`}
${(question.places ?? []).map(({ file, line }) => html`<p class="place"><code>${file}:${line}</code></p>`)}
${question.answer === undefined ? '' : html`<blockquote>${question.answer}<cite>${question.answered_by ?? ''}</cite></blockquote>`}
${question.no_answer_reason === undefined ? '' : html`<p>No answer: ${question.no_answer_reason}</p>`}
${isAnswerable(question) ? answerForm(question) : ''}
</li>`;
}

/** A late answer is taken, too. */
function isAnswerable({ state }: Question): boolean {
  return state !== 'answered' && state !== 'cancelled';
}

function changeLink({ change }: Question): Html | '' {
  return change === undefined ? '' : html`<a href="/changes/${encodeURIComponent(change)}">${change}</a>`;
}

function answerForm({ id, options = [], recommended }: Question): Html {
  const field = `answer-${id}`;
  return html`<form data-post="/api/questions/${encodeURIComponent(id)}/answer">
${options.length === 0 ? '' : html`<div class="options" role="group" aria-label="Suggested answers">${options.map((option) => optionButton(option, option === recommended))}</div>`}
<label for="${field}">Your answer</label>
<textarea id="${field}" name="answer" rows="2" required></textarea>
<p class="actions"><button type="submit" class="main">Answer</button></p>
<output role="status"></output>
${asCommand(`specloop answer ${id} "…"`)}
</form>`;
}

function optionButton(option: string, isRecommended: boolean): Html {
  return html`<button type="submit" formnovalidate name="answer" value="${option}">${option}${isRecommended ? html` <small>recommended</small>` : ''}</button>`;
}
