/** Process: one viewer. `node receiver-process.js '{"url":"http://.../live/a.flv","seed":1,"record":"received.json.gz"}'` */
import * as Records from '../records/index.js';
import { checked, optionsOf, runProcess, tell } from './process.js';
import * as Receiver from './receiver.js';

await runProcess(async (signal) => {
  const options = checked<Receiver.ReceiverOptions>(optionsOf(process.argv.slice(2)), {
    url: { type: 'string' },
    seed: { type: 'number', least: 0 },
    durationS: { type: 'number', least: 0, optional: true },
    idleMs: { type: 'number', least: 1, optional: true },
    identify: { type: 'string', optional: true },
    connectAtUs: { type: 'number', optional: true },
    record: { type: 'string', optional: true },
  });
  const hooks = {
    onStart: () => tell({ event: 'started' }),
    onPlaying: () => tell({ event: 'playing' }),
    signal,
  };
  const received = await Receiver.watch(options, hooks);
  if (options.record !== undefined) await Records.writeJson(options.record, received);
  const { session, frames, strangers, bytes, loopLagUs } = received;
  const { corrupt, duplicated, endReason } = session;
  const counts = { frames: frames.sequence.length, bytes, corrupt, duplicated, strangers };
  tell({ event: 'ended', reason: endReason, ...counts, loopLagUs });
  return 0;
});
