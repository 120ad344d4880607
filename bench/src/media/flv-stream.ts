/** FLV from any readable stream: standard input, a pipe, a file. */
import type { Readable } from 'node:stream';
import type { MediaSource, SourceEvents } from '@longhaul/cli';
import { CliError } from '@longhaul/cli';
import { FlvReader } from '@longhaul/flv';

/** Reads `stream` until it ends or the source is closed. Bytes that are no FLV end it with `LH_CLI_MEDIA`. */
export function openStream(stream: Readable, events: SourceEvents): MediaSource {
  const reader = new FlvReader();
  let isOpen = true;
  const end = (error: CliError | undefined) => {
    if (!isOpen) return;
    isOpen = false;
    stream.destroy();
    events.onEnd(error);
  };
  const failed = (code: 'LH_CLI_MEDIA' | 'LH_CLI_CLOSED', cause: unknown) =>
    end(new CliError(code, (cause as Error).message, { cause }));
  stream.on('data', (bytes: Buffer) => {
    if (!isOpen) return;
    events.onBytes?.(bytes.length);
    try {
      for (const tag of reader.push(bytes)) events.onTag(tag);
    } catch (error) {
      failed('LH_CLI_MEDIA', error);
    }
  });
  stream.once('end', () => end(undefined));
  stream.once('error', (error) => failed('LH_CLI_CLOSED', error));
  return {
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close: () => {
      isOpen = false;
      stream.destroy();
    },
  };
}
