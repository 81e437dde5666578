import { html } from 'hono/html';

/** What `hono/html` makes: text that is escaped already. */
export type Html = ReturnType<typeof html>;

/** A point in time; the page's script adds how long ago that was. */
export function time(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')}</time>`;
}

/** A state: its word, with a colour that only helps. */
export function badge(state: string): Html {
  return html`<span class="badge ${toneOf(state)}">${state}</span>`;
}

/** What the same action is on the command line. */
export function asCommand(command: string): Html {
  return html`<details class="command"><summary>On the command line</summary><code>${command}</code></details>`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function toneOf(state: string): string {
  if (['settled', 'applied', 'answered', 'ready', 'ok'].includes(state)) return 'good';
  if (['failed', 'conflicted', 'error'].includes(state)) return 'bad';
  if (['escalated', 'awaitingApproval', 'waitingForRepository', 'warning', 'degraded'].includes(state))
    return 'wait';
  return 'plain';
}
