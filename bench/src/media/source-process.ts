/** Process: one media source. `node source-process.js '{"url":"rtmp://...","seed":1,"durationS":30,"record":"sent.json.gz"}'` */
import * as Records from '../records/index.js';
import { checked, optionsOf, runProcess, tell } from './process.js';
import * as Source from './source.js';

await runProcess(async (signal) => {
  const options = checked<Source.SourceOptions>(optionsOf(process.argv.slice(2)), {
    url: { type: 'string' },
    shape: { type: 'string', optional: true },
    seed: { type: 'number', least: 0 },
    durationS: { type: 'number', least: 0 },
    audio: { type: 'boolean', optional: true },
    startUs: { type: 'number', optional: true },
    connectAtUs: { type: 'number', optional: true },
    record: { type: 'string', optional: true },
  });
  const onStart = (startUs: number) => tell({ event: 'started', startUs });
  const { frames, ...rest } = await Source.play(options, { onStart, signal });
  if (options.record !== undefined) await Records.writeJson(options.record, { frames, ...rest });
  const bytes = frames.bytes.reduce((sum, each) => sum + each, 0);
  const { reason, lateUs, mostQueuedBytes, loopLagUs } = rest;
  tell({ event: 'ended', reason, frames: frames.sequence.length, bytes, lateUs, mostQueuedBytes, loopLagUs });
  return reason === 'complete' || reason === 'signal' ? 0 : 1;
});
