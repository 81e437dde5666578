const MOST_CHARACTERS = 44;

/** What a guard is called: its name, or for one that is written in place its condition, shortened. */
export function guardText(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard !== 'function') return nameOf(guard) ?? 'condition';
  const combined = combination(guard);
  return combined ?? condition(String(guard));
}

/** What actions are called; those that are written in place by their kind (`assign`, `sendTo`). */
export function actionNames(actions: readonly unknown[]): string[] {
  return actions.map((action) => {
    if (typeof action === 'string') return action;
    const name = nameOf(action) ?? '';
    if (typeof action === 'function' && name === '') return 'inline';
    return name.startsWith('xstate.') ? name.slice('xstate.'.length) : name;
  });
}

function nameOf(named: unknown): string | undefined {
  const { type } = Object(named);
  return typeof type === 'string' ? type : undefined;
}

/** XState's `and`, `or` and `not` are functions that carry what they combine. */
function combination(guard: unknown): string | undefined {
  const { check, guards } = Object(guard);
  if (typeof check !== 'function' || !Array.isArray(guards)) return undefined;
  const [first, ...others] = guards.map(guardText);
  if (first === undefined) return undefined;
  if (others.length === 0) return `not ${first}`;
  return [first, ...others].join(check.name.toLowerCase().includes('or') ? ' or ' : ' and ');
}

/** The body of an arrow function, on one line; a longer function is only said to be a condition. */
function condition(source: string): string {
  const arrow = source.indexOf('=>');
  if (arrow === -1) return 'condition';
  const body = source
    .slice(arrow + 2)
    .split(/\s/)
    .filter((word) => word !== '')
    .join(' ')
    // Said of every condition, so it says nothing.
    .replaceAll('event.output.', 'output.');
  if (body.startsWith('{')) return 'condition';
  return body.length <= MOST_CHARACTERS ? body : `${body.slice(0, MOST_CHARACTERS - 1)}…`;
}
