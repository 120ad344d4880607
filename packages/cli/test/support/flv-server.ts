/** An FLV server over HTTP and WebSocket whose stream the test writes. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';

/** Sends to one client. */
export interface FlvClient {
  send(bytes: Uint8Array): void;
  end(): void;
  onClosed(listener: () => void): void;
}

export class TestFlvServer {
  readonly #http: Server;
  readonly #webSocket: WebSocketServer;
  /** Headers of a 200, or another answer. */
  answer: { status: number; body?: string; headers?: Record<string, string> } = { status: 200 };

  constructor(onClient: (client: FlvClient) => void) {
    this.#http = createServer((_request, response: ServerResponse) => {
      const { status, body, headers } = this.answer;
      response.writeHead(status, headers);
      response.flushHeaders();
      if (status !== 200) response.end(body);
      else {
        onClient({
          send: (bytes) => void response.write(bytes),
          end: () => void response.end(),
          onClosed: (listener) => response.once('close', listener),
        });
      }
    });
    this.#webSocket = new WebSocketServer({ noServer: true });
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.answer.status !== 200) {
        socket.end(`HTTP/1.1 ${this.answer.status} Not Found\r\n\r\n`);
        return;
      }
      this.#webSocket.handleUpgrade(request, socket, head, (client) => {
        onClient({
          send: (bytes) => client.send(bytes),
          end: () => client.close(1000),
          onClosed: (listener) => client.once('close', listener),
        });
      });
    });
  }

  static async listen(onClient: (client: FlvClient) => void): Promise<TestFlvServer> {
    const server = new TestFlvServer(onClient);
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  url(scheme: 'http' | 'ws', name: string): string {
    return `${scheme}://127.0.0.1:${(this.#http.address() as { port: number }).port}/live/${name}.flv`;
  }

  close(): void {
    for (const client of this.#webSocket.clients) client.terminate();
    this.#http.closeAllConnections();
    this.#http.close();
  }
}
