import { act } from './act.ts';
import { showAges } from './ages.ts';
import { centreActive } from './centre.ts';
import type { Browser, PageElement } from './dom.ts';
import { reconcile, remember } from './reconcile.ts';

declare const document: Browser['document'];
declare const location: Browser['location'];
declare const EventSource: Browser['EventSource'];
declare const DOMParser: Browser['DOMParser'];

const QUIET_MS = 150;
const CLOSED = 2;
let due: ReturnType<typeof setTimeout> | undefined;
let stale = false;

/** Fetches the page as it is now and takes over what differs. Many events at once are one fetch. */
function refreshSoon(): void {
  clearTimeout(due);
  due = setTimeout(() => void refresh(), QUIET_MS);
}

async function refresh(): Promise<void> {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.status === 401) return say('signed out: type specloop open', true);
    if (!response.ok) return;
    reconcile(document, new DOMParser().parseFromString(await response.text(), 'text/html'));
    showAges(document);
    centreActive(document);
  } catch {
    // The feed's own error says that the worker is away; it is fetched again when the feed is back.
  }
}

function followEvents(): void {
  const feed = new EventSource('/api/events');
  feed.onopen = () => {
    if (stale) refreshSoon();
    stale = false;
    say('live', false);
  };
  feed.onerror = () => {
    if (!stale) say(`stale since ${new Date().toLocaleTimeString()}: the worker does not answer`, true);
    stale = true;
    if (feed.readyState === CLOSED) setTimeout(followEvents, 5_000);
  };
  feed.onmessage = refreshSoon;
}

function say(text: string, isStale: boolean): void {
  const line = document.getElementById('live');
  if (line === null) return;
  line.textContent = text;
  line.className = isStale ? 'live stale' : 'live';
}

document.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(event.target, event.submitter ?? undefined).then(refreshSoon);
});
document.addEventListener('click', (event) => {
  const button: PageElement | null = event.target.closest('button[data-post]');
  if (button !== null) void act(button, button).then(refreshSoon);
});

remember(document);
showAges(document);
centreActive(document);
setInterval(() => showAges(document), 30_000);
followEvents();
