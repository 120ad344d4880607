import { join } from 'node:path';
import t from 'tap';
import { broadcast } from './media.js';
import * as Programs from './programs.js';
import { startTinyServer } from './tiny-server.js';

const skip = Programs.missing(Programs.RTMPDUMP);

// librtmp checks the digest handshake, reads format 0 headers, 1.5 MB over many chunks and extended timestamps.
for (const [name, start] of [
  ['from zero', 0],
  ['over the 24-bit timestamp', 0xffffff - 1000],
] as const) {
  t.test(`rtmpdump records ${name}: the same tags, byte for byte`, { skip }, async (t) => {
    const messages = broadcast(start);
    const server = await startTinyServer({ replay: messages });
    t.teardown(() => server.close());
    const out = join(Programs.scratch(t), 'out.flv');
    const url = `rtmp://127.0.0.1:${server.port}/live/sample?token=secret`;
    await Programs.succeeds('rtmpdump', ['-q', '-v', '-r', url, '-o', out]);
    const written = Programs.readTags(out);
    t.equal(written.length, messages.length);
    const different = messages.findIndex(({ type, payload }, index) => {
      const tag = written[index];
      return tag?.type !== type || Buffer.compare(tag.payload, payload) !== 0;
    });
    t.equal(different, -1, 'first message that differs');
    const origin = written[3]?.timestamp ?? 0;
    t.same(
      written.slice(3).map(({ timestamp }) => timestamp - origin),
      messages.slice(3).map(({ timestamp }) => timestamp - start),
    );
    t.match(server.plays[0]?.request, { app: 'live', name: 'sample', query: 'token=secret' });
    t.same(server.errors, []);
  });
}
