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
  /** sends a signal and gives the exit code, null where the signal ended it */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts the command; resolves when it is ready, and rejects with what it said when it ends before. */
export async function startWorkerProcess(
  command: string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<WorkerProcess> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const worker = listenTo(child);
  await worker.said(/dashboard, queues and inspector on http:\/\/127\.0\.0\.1:\d+/);
  return worker;
}

function listenTo(child: ChildProcess): WorkerProcess {
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
