import { html, raw } from 'hono/html';
import type { Health } from '../../workflow/api.ts';
import { badge, type Html, plural } from './text.ts';

/** The frame of every page. What stands in `data-live` is replaced piece by piece when something happens. */
export function layout(page: { title: string; health: Health; body: Html; isWide?: boolean }): Html {
  const { title, health, body, isWide = false } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.css">
<script type="module" src="/assets/live.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/">specloop</a> <span class="root">${health.root}</span></p>
<p class="live" id="live" role="status">connecting…</p>
<ul class="facts" id="facts" data-live>${facts(health)}</ul>
</header>
<main id="main"${isWide ? raw(' class="wide"') : ''}>
${body}
<noscript><p class="notice">This page needs its script to answer and approve; the command line can do all of it: <code>specloop --help</code>.</p></noscript>
</main>
<footer><a href="/inspect">Inspector</a> <a href="/queues">Queues</a> <a href="/api/openapi.json">API</a> <span>specloop ${health.version}</span></footer>
</body>
</html>`;
}

function facts({ status, redis, model }: Health): Html {
  const modelText = model.model ?? model.why ?? '';
  const waiting = model.waiting > 0 ? html` · ${plural(model.waiting, 'change')} waiting` : '';
  return html`<li data-key="status">${badge(status)}</li>
<li data-key="redis">${redis.origin}${redis.notes.map((note) => html` <em>${note}</em>`)}</li>
<li data-key="model"><span class="label">Model</span> ${model.paused ? 'paused' : model.state}${modelText === '' ? '' : `: ${modelText}`}${waiting}
<button type="button" data-post="${model.paused ? '/api/resume' : '/api/pause'}">${model.paused ? 'Resume' : 'Pause'}</button></li>`;
}
