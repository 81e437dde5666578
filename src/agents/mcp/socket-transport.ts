import { connect, type Socket } from 'node:net';
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import { toError } from '../../errors.ts';

const maxLineBytes = 10 * 1024 * 1024;

/** The client's end of MCP on a Unix socket: JSON-RPC, one message a line. The SDK has none. */
export class SocketTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #path: string;
  readonly #buffer = new ReadBuffer({ maxBufferSize: maxLineBytes });
  #socket: Socket | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  start(): Promise<void> {
    const socket = connect(this.#path);
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk, socket));
    socket.on('close', () => this.onclose?.());
    return new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.on('error', (error) => {
        reject(error);
        this.onerror?.(error);
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.reject(new Error('the socket is not open'));
    return new Promise((resolve, reject) => {
      socket.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
  }

  #take(chunk: Buffer, socket: Socket): void {
    try {
      this.#buffer.append(chunk);
      for (let message = this.#buffer.readMessage(); message !== null; message = this.#buffer.readMessage()) {
        this.onmessage?.(message);
      }
    } catch (error) {
      // Too long a line, or no JSON-RPC: nothing that comes after it can be trusted to be whole.
      this.onerror?.(toError(error));
      socket.destroy();
    }
  }
}
