import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A `specloop start` that runs. */
export interface WorkerProcess {
  pid: number;
  /** everything it said so far, line by line */
  lines: string[];
  /** waits until it says something that fits */
  said(pattern: RegExp): Promise<string>;
  /** resolves when it serves; rejects with what it said when it ended before */
  ready: Promise<void>;
  /** sends a signal and gives the exit code, null where the signal ended it */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts the command. */
export function spawnWorker(
  command: string[],
  options: { cwd: string; env: Record<string, string> },
): WorkerProcess {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const { said, ...worker } = listenTo(child);
  const ready = said(/dashboard, queues and inspector on http:\/\/127\.0\.0\.1:\d+/).then(() => {});
  // Who kills it before does not wait for it.
  ready.catch(() => {});
  return { ...worker, said, ready };
}

function listenTo(child: ChildProcess): Omit<WorkerProcess, 'ready'> {
  const { stderr, pid = 0 } = child;
  if (stderr === null) throw new Error('the worker was started without a pipe');
  const lines: string[] = [];
  const output = createInterface({ input: stderr });
  output.on('line', (line) => lines.push(line));
  // The end is the end of its words too: the pipe may still hold some when the process is gone.
  const gone = once(child, 'close');
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    lines,
    said(pattern) {
      const found = lines.find((line) => pattern.test(line));
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const hear = (line: string) => {
          if (!pattern.test(line)) return;
          output.off('line', hear);
          resolve(line);
        };
        output.on('line', hear);
        void gone.then(() => {
          if (!lines.some((line) => pattern.test(line)))
            reject(new Error(`the worker ended (${child.exitCode}) and said only:\n${lines.join('\n')}`));
        });
      });
    },
    async end(signal) {
      if (!isOver()) child.kill(signal);
      await gone;
      return child.exitCode;
    },
  };
}
