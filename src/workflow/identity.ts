/** The actor of a change: its folder name, with what BullMQ and the runtime keep for themselves written as %XX. */
export function changeActor(change: string): string {
  return `change/${encodeURIComponent(change).replaceAll('~', '%7E')}`;
}
