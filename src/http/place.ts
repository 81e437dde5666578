/**
 * Where a request came in. `listen` hands it to the application with every request; a request without it is treated as
 * one from TCP, the stricter of the two.
 */
export interface Place {
  /** the Unix socket is already guarded by its mode and owner; TCP asks for a token */
  kind: 'socket' | 'tcp';
  /** aborts when the server begins to close: streams and long polls end */
  closing: AbortSignal;
  /** `http://host:port` of the TCP side, once it listens */
  url: string | undefined;
}

/** The environment of our Hono applications. */
export interface HttpEnv {
  Bindings: { place?: Place };
}
