/** True while OpenSpec's own `archive` holds its lock in `changes/archive`; nothing may be written then. */
export function archiveLockHeld(_root: string): Promise<boolean> {
  throw new Error('not built yet');
}
