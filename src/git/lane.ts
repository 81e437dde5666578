const lanes = new Map<string, Promise<unknown>>();

/** Runs work of one key one after the other, in the order it came. What one throws does not reach the next. */
export function inLane<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = lanes.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  lanes.set(key, mine);
  const leave = () => {
    if (lanes.get(key) === mine) lanes.delete(key);
  };
  mine.then(leave, leave);
  return mine;
}
