import type { PageDocument, PageElement } from './dom.ts';

/** What the server sent for each piece that stands in the page: the page changes its own pieces (times, open details). */
const sent = new WeakMap<PageElement, string>();

/** Remembers the pieces of the first load. */
export function remember(document: PageDocument): void {
  for (const piece of document.querySelectorAll('[data-live] > [data-key]')) sent.set(piece, piece.outerHTML);
}

/**
 * Makes the live parts of the page those of a newer one. A piece that has not changed stays as it is, and so does one
 * in which a person is writing: nothing that was typed is lost to an update.
 */
export function reconcile(document: PageDocument, newer: PageDocument): void {
  for (const target of newer.querySelectorAll('[data-live]')) {
    const live = document.getElementById(target.id);
    if (live !== null) reconcileChildren(document, live, target);
  }
}

function reconcileChildren(document: PageDocument, live: PageElement, target: PageElement): void {
  const standing = new Map([...live.children].map((piece) => [piece.getAttribute('data-key'), piece]));
  let place: PageElement | null = [...live.children][0] ?? null;
  for (const piece of [...target.children]) {
    const key = piece.getAttribute('data-key');
    const old = standing.get(key);
    standing.delete(key);
    const next = old === undefined ? imported(document, piece) : updated(document, old, piece);
    if (next === place) place = following(live, next);
    else live.insertBefore(next, place === old ? following(live, next) : place);
  }
  for (const gone of standing.values()) gone.remove();
}

function updated(document: PageDocument, old: PageElement, piece: PageElement): PageElement {
  if (sent.get(old) === piece.outerHTML || isInUse(document, old)) return old;
  const fresh = imported(document, piece);
  const wasOpen = [...old.querySelectorAll('details')].map((details) => details.open === true);
  [...fresh.querySelectorAll('details')].forEach((details, index) => {
    details.open = wasOpen[index] === true;
  });
  old.replaceWith(fresh);
  return fresh;
}

function imported(document: PageDocument, piece: PageElement): PageElement {
  const fresh = document.importNode(piece, true);
  sent.set(fresh, piece.outerHTML);
  return fresh;
}

function isInUse(document: PageDocument, piece: PageElement): boolean {
  const active = document.activeElement;
  if (active !== null && piece.contains(active) && (active.type === 'textarea' || active.type === 'text'))
    return true;
  return [...piece.querySelectorAll('textarea, input')].some(
    (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked,
  );
}

function following(live: PageElement, piece: PageElement): PageElement | null {
  const all = [...live.children];
  return all[all.indexOf(piece) + 1] ?? null;
}
