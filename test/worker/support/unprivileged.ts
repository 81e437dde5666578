/**
 * A command as somebody for whom the modes of files count: root may read and write everything, so it gives up what
 * makes it root.
 */
export function asUnprivileged(command: string[]): string[] {
  if (process.getuid?.() !== 0) return command;
  return ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--', ...command];
}
