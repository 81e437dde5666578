import type { WorkflowApi } from '../workflow/api.ts';
import { changedResource } from './resources.ts';

/** Tells which resources change, to whoever listens: one reader of the event feed for all connections. */
export interface ChangedResources {
  listen(listener: (uri: string) => void): () => void;
  close(): void;
}

const againAfterMs = 1000;

/** Reads the feed from the first listener on, and takes it up again where it broke off. */
export function watchResources(
  workflow: Pick<WorkflowApi, 'events'>,
  onProblem: (error: unknown) => void,
): ChangedResources {
  const listeners = new Set<(uri: string) => void>();
  const stop = new AbortController();
  let reading = false;

  async function read(): Promise<void> {
    let afterId: string | undefined;
    while (!stop.signal.aborted) {
      try {
        const options = { signal: stop.signal, ...(afterId !== undefined && { afterId }) };
        for await (const event of workflow.events(options)) {
          afterId = event.id;
          const uri = changedResource(event);
          if (uri !== undefined) for (const listener of listeners) listener(uri);
        }
      } catch (error) {
        if (!stop.signal.aborted) onProblem(error);
      }
      await pause(againAfterMs, stop.signal);
    }
  }

  return {
    listen(listener) {
      listeners.add(listener);
      if (!reading) {
        reading = true;
        void read();
      }
      return () => listeners.delete(listener);
    },
    close: () => stop.abort(),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
