/** Watches a stream until a viewer of it has a whole key frame. */

import { MediaClassifier } from '@longhaul/flv';
import { HttpFlvSource } from '../media/http-flv-source.js';

/** Resolves with the last byte of the first key frame of the stream at `href`, or when `signal` aborts. Rejects when the stream ends before. */
export function watchFirstKeyFrame(href: string, signal: AbortSignal): Promise<void> {
  const classifier = new MediaClassifier();
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      signal.removeEventListener('abort', onAbort);
      source.close();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => done();
    const source = new HttpFlvSource(
      { kind: 'http-flv', href, target: href },
      {
        onTag: (tag) => {
          if (tag.type === 9 && classifier.classify(tag).kind === 'key') done();
        },
        onEnd: (error) => done(error ?? new Error(`${href} ended before its first key frame`)),
      },
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
