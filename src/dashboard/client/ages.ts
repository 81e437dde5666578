import type { PageDocument } from './dom.ts';

const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

/** Shows every time as how long ago it was; the time itself is in its tooltip. */
export function showAges(document: PageDocument): void {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const element of document.querySelectorAll('time')) {
    const at = element.getAttribute('datetime') ?? '';
    const ms = Date.now() - Date.parse(at);
    if (Number.isNaN(ms)) continue;
    const found = UNITS.find((candidate) => ms >= candidate.ms);
    element.textContent =
      found === undefined ? 'just now' : words.format(-Math.floor(ms / found.ms), found.unit);
    element.title = new Date(at).toLocaleString();
  }
}
