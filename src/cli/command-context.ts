import type { Terminal } from './terminal.ts';

/** What every command is given beside its own arguments. */
export interface CommandContext {
  terminal: Terminal;
  /** aborts at Ctrl-C and SIGTERM */
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** `--root` */
  root: string | undefined;
  /** `--config` */
  config: string | undefined;
  /** `--json` */
  json: boolean;
}

/** The flags that the configuration takes from the command line. */
export function configFlags(context: CommandContext): { root?: string; config?: string } {
  const { root, config } = context;
  return { ...(root === undefined ? {} : { root }), ...(config === undefined ? {} : { config }) };
}
