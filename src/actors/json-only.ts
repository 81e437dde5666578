// Deeper than this Redis's own JSON reader gives up, and a value that refers to itself never ends.
const deepest = 200;

function kindOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'object of a class';
}

/**
 * What of a value JSON would lose or change, as a sentence that names the place: `context.at is a Date`. Undefined when
 * it comes back from Redis as it went. A property that is `undefined` may go: it reads the same when it is absent.
 */
export function jsonProblem(value: unknown, place: string, depth = 0): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${place} is ${value}`;
    case 'undefined':
      return depth === 0 || !place.endsWith(']') ? undefined : `${place} is undefined`;
    case 'object': {
      if (value === null) return undefined;
      if (depth > deepest) return `${place} is nested more than ${deepest} deep, or refers to itself`;
      if (Array.isArray(value)) {
        for (const [at, item] of value.entries()) {
          const problem = jsonProblem(item, `${place}[${at}]`, depth + 1);
          if (problem !== undefined) return problem;
        }
        return undefined;
      }
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return `${place} is a ${kindOf(value)}`;
      for (const [key, item] of Object.entries(value)) {
        const problem = jsonProblem(item, `${place}.${key}`, depth + 1);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }
    default:
      return `${place} is a ${typeof value}`;
  }
}

/** Throws a TypeError where a value would not outlive a process. */
export function assertJson(value: unknown, place: string): void {
  const problem = jsonProblem(value, place);
  if (problem !== undefined) throw new TypeError(`${problem}: only JSON values outlive a process`);
}
