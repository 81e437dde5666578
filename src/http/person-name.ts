import { userInfo } from 'node:os';

/** The name under which a person's answers and approvals are kept where they give none: the login of the user. */
export function personName(env: NodeJS.ProcessEnv = process.env): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that has no name.
    return env.USER || env.LOGNAME || 'person';
  }
}
