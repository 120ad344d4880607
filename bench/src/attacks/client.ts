/** TCP clients of an attack, and good ones beside it. */
import { connect, type Socket } from 'node:net';
import { amfObject } from '@longhaul/flv';
import * as Rtmp from '../fuzz/rtmp-writer.js';

/** Where to connect, `host:port`, and from which address. */
export interface Target {
  readonly address: string;
  readonly from?: string;
}

/** Handshake, connect and createStream. */
export function opening(): Uint8Array {
  const connecting = Rtmp.command('connect', 1, [amfObject({ app: 'live', tcUrl: 'rtmp://host/live' })]);
  return Buffer.concat([Rtmp.handshake(), Rtmp.message(connecting, Rtmp.command('createStream', 2, [null]))]);
}

/** The same, and publish of `name`. */
export function publishing(name: string): Uint8Array {
  return Buffer.concat([opening(), Rtmp.message(Rtmp.command('publish', 3, [null, name, 'live'], 1))]);
}

/** Opens a socket that reads and forgets. */
export function open({ address, from }: Target): Socket {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({
    host,
    port: Number(port),
    noDelay: true,
    ...(from !== undefined && { localAddress: from }),
  });
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

/** When the socket is gone; resolves with ms from now, or from when it is connected. */
export function gone(socket: Socket): Promise<number> {
  let startMs = performance.now();
  socket.once('connect', () => {
    startMs = performance.now();
  });
  return new Promise((resolve) => socket.once('close', () => resolve(performance.now() - startMs)));
}

/** Sends `bytes` on a new connection and waits for `answer`: ms, undefined when the connection ended without it. */
export function ask(target: Target, bytes: Uint8Array, answer: string): Promise<number | undefined> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const socket = open(target);
    let got = '';
    socket.on('data', (piece) => {
      got += piece.toString('latin1');
      if (!got.includes(answer)) return;
      resolve(performance.now() - startMs);
      socket.destroy();
    });
    socket.on('close', () => resolve(undefined));
    socket.write(bytes);
  });
}
