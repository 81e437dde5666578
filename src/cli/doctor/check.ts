import { describeError } from '../../errors.ts';

/** One thing that doctor looked at. An `advice` that is not ok costs something, and nothing stops for it. */
export interface DoctorCheck {
  name: string;
  ok: boolean;
  found: string;
  needed?: string;
  remedy?: string;
  advice?: boolean;
}

/** A look that throws is a check that failed, with the error's own words. */
export async function guarded(
  name: string,
  look: () => Promise<DoctorCheck | DoctorCheck[]>,
): Promise<DoctorCheck[]> {
  try {
    const found = await look();
    return Array.isArray(found) ? found : [found];
  } catch (error) {
    return [{ name, ok: false, found: describeError(error).split('\n')[0] ?? '', ...remedyOf(error) }];
  }
}

function remedyOf(error: unknown): { remedy?: string } {
  const next = error instanceof Error && 'next' in error ? error.next : undefined;
  return typeof next === 'string' ? { remedy: next } : {};
}
