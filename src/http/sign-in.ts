import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const CODE_LIFETIME_MS = 5 * 60_000;
const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60_000;
const MOST_CODES = 100;

/** The two ways past the gate on TCP, the bearer token and a browser's session, and the codes that begin a session. */
export interface SignIn {
  /** differs by token, because cookies of one host are shared by all its ports */
  cookieName: string;
  cookieMaxAgeS: number;
  mintCode(): { code: string; expiresAt: number };
  /** the session for a code; a code works once */
  redeem(code: string): string | undefined;
  isToken(candidate: string): boolean;
  isSession(candidate: string): boolean;
}

/**
 * Codes live in memory; a session is signed with the token instead of stored, so that a browser stays signed in when
 * the worker restarts and is signed out everywhere when the token changes.
 */
export function createSignIn(token: string, now: () => number = Date.now): SignIn {
  const codes = new Map<string, number>();
  const sign = (payload: string) => createHmac('sha256', token).update(payload).digest('base64url');

  return {
    cookieName: `specloop-${createHash('sha256').update(token).digest('hex').slice(0, 8)}`,
    cookieMaxAgeS: SESSION_LIFETIME_MS / 1000,

    mintCode() {
      for (const [code, expiresAt] of codes) if (expiresAt <= now()) codes.delete(code);
      const oldest = codes.keys().next();
      if (codes.size >= MOST_CODES && oldest.done !== true) codes.delete(oldest.value);
      const code = randomBytes(24).toString('base64url');
      const expiresAt = now() + CODE_LIFETIME_MS;
      codes.set(code, expiresAt);
      return { code, expiresAt };
    },

    redeem(code) {
      const expiresAt = codes.get(code);
      codes.delete(code);
      if (expiresAt === undefined || expiresAt <= now()) return undefined;
      const payload = `${now() + SESSION_LIFETIME_MS}.${randomBytes(12).toString('base64url')}`;
      return `${payload}.${sign(payload)}`;
    },

    isToken: (candidate) => isEqual(candidate, token),

    isSession(candidate) {
      const end = candidate.lastIndexOf('.');
      if (end === -1) return false;
      const payload = candidate.slice(0, end);
      if (!isEqual(candidate.slice(end + 1), sign(payload))) return false;
      return Number(payload.slice(0, payload.indexOf('.'))) > now();
    },
  };
}

/** Compares in constant time; hashing first makes the lengths equal. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
