import t from 'tap';
import type { MediaMessage } from '../../src/index.js';
import { broadcast } from './media.js';
import * as Nginx from './nginx-server.js';
import * as TinyClient from './tiny-client.js';

const skip = Nginx.notHere();

for (const handshake of ['simple', 'digest'] as const) {
  t.test(`publishes to nginx-rtmp and plays from it, ${handshake} handshake`, { skip }, async (t) => {
    const url = `rtmp://127.0.0.1:${await Nginx.start(t)}/live/sample`;
    const publisher = await TinyClient.retry(() => TinyClient.connect({ action: 'publish', url, handshake }));
    await publisher.ready;
    const player = await TinyClient.connect({ action: 'play', url, handshake });
    await player.ready;
    const messages = broadcast();
    for (const message of messages) publisher.session.sendMedia(message);
    publisher.flush();
    // nginx makes its own metadata and repeats sequence headers when it likes
    const frames = (type: number, from: readonly MediaMessage[]) =>
      from.filter((message) => message.type === type && message.payload[1] === 1);
    const complete = (type: number) => frames(type, player.received).length >= frames(type, messages).length;
    await TinyClient.until(() => complete(8) && complete(9));
    for (const type of [8, 9]) {
      const received = frames(type, player.received);
      const different = frames(type, messages).findIndex(
        ({ payload }, index) => Buffer.compare(payload, received[index]?.payload ?? NOTHING) !== 0,
      );
      t.equal(different, -1, `first frame of type ${type} that differs`);
    }
    publisher.session.close();
    publisher.flush();
    publisher.socket.end();
    await publisher.closed;
    t.equal(publisher.session.state.kind, 'closed');
    player.socket.destroy();
  });
}

const NOTHING = new Uint8Array(0);
