/** The one door through which bytes get into the root. */
export interface Sink {
  isOwnWrite(relPath: string, hash: string): boolean;
}

export interface SinkOptions {
  root: string;
  stateDir: string;
  resolveBlob(hash: string): Promise<Buffer>;
  /** is every fence from this effect up to the root of its family live? */
  fenceLive(effectId: string): Promise<boolean>;
}

export function openSink(_options: SinkOptions): Promise<Sink> {
  throw new Error('not built yet');
}
