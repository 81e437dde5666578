import type { PageDocument } from './dom.ts';

let shown: string | null = null;

/** Brings the state that an actor is in into the middle of its diagram, when it is another one than before. */
export function centreActive(document: PageDocument): void {
  const diagram = document.getElementById('diagram');
  // The innermost of the states that are active comes last.
  const active = [...(diagram?.querySelectorAll('.chart-box.active') ?? [])].at(-1);
  if (diagram === null || active === undefined || active.getAttribute('data-state') === shown) return;
  shown = active.getAttribute('data-state');
  const [frame, box] = [diagram.getBoundingClientRect(), active.getBoundingClientRect()];
  diagram.scrollLeft += box.left + box.width / 2 - (frame.left + frame.width / 2);
  diagram.scrollTop += box.top + box.height / 2 - (frame.top + frame.height / 2);
}
