/** What is promised, or an error when it does not come in time. What comes later is dropped, also an error. */
export async function within<Value>(patienceMs: number, promised: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${patienceMs / 1000} s`);
    timer = setTimeout(() => reject(error), patienceMs);
  });
  try {
    return await Promise.race([promised, late]);
  } finally {
    clearTimeout(timer);
  }
}
