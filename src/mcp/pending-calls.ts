import { z } from 'zod';

const idSchema = z.union([z.string(), z.number()]);
const messageSchema = z.looseObject({ id: idSchema.optional(), method: z.string().optional() });

/** The calls that still wait for an answer, by their JSON-RPC ids. */
export interface PendingCalls {
  asked(line: string): void;
  answered(line: string): void;
  /** an error for every call that waits, as lines; none waits after it */
  failures(why: string): string[];
  /** calls back once, as soon as no call waits */
  onIdle(listener: () => void): void;
}

/** JSON-RPC's range for errors of an implementation. */
const workerGone = -32000;

export function pendingCalls(): PendingCalls {
  const waiting = new Set<string | number>();
  let idle: (() => void) | undefined;
  const settle = () => {
    if (waiting.size === 0) idle?.();
  };
  return {
    asked(line) {
      const message = read(line);
      if (message?.method !== undefined && message.id !== undefined) waiting.add(message.id);
    },
    answered(line) {
      const message = read(line);
      if (message?.id === undefined || message.method !== undefined) return;
      waiting.delete(message.id);
      settle();
    },
    failures(why) {
      const error = { code: workerGone, message: why };
      const lines = [...waiting].map((id) => `${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
      waiting.clear();
      return lines;
    },
    onIdle(listener) {
      idle = listener;
      settle();
    },
  };
}

function read(line: string): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
