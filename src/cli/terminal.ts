/** Where a command writes: data to stdout, words to stderr. */
export interface Terminal {
  /** of stdout, for tables: `undefined` where nothing has to fit */
  columns: number | undefined;
  /** whether a person sits in front of stderr, for progress that rewrites itself */
  interactive: boolean;
  /** data */
  print(text: string): void;
  /** one JSON document on stdout */
  printJson(value: unknown): void;
  /** a line for a person */
  say(line: string): void;
  paint(text: string, colour: Colour): string;
}

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;
export type Colour = keyof typeof CODES;

/** The terminal of this process. NO_COLOR, FORCE_COLOR and TERM=dumb are respected; a pipe gets plain text. */
export function processTerminal(streams: NodeJS.Process = process): Terminal {
  const { stdout, stderr, env } = streams;
  const color = wantsColor(stdout.isTTY === true, env);
  return {
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    interactive: stderr.isTTY === true,
    print: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    say: (line) => void stderr.write(`${line}\n`),
    paint: (text, colour) => (color && text !== '' ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text),
  };
}

/** https://no-color.org: any value that is not empty switches colours off. */
export function wantsColor(isTty: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return isTty && env.TERM !== 'dumb';
}
