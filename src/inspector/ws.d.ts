/** The part of `ws` that the inspector and its tests use; the package brings no types of its own. */
declare module 'ws' {
  import { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  export interface ClientOptions {
    headers?: { [name: string]: string };
    origin?: string;
  }

  export class WebSocket extends EventEmitter {
    static readonly CLOSED: number;
    readonly readyState: number;
    constructor(address: string, options?: ClientOptions);
    send(data: string, sent: (error?: Error) => void): void;
    close(code: number, reason: string): void;
    terminate(): void;
    ping(): void;
  }

  export class WebSocketServer {
    constructor(options: { noServer: true; maxPayload: number; perMessageDeflate: false });
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      taken: (client: WebSocket) => void,
    ): void;
  }
}
