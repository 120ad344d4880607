/** Opens whatever an address names. */
import { HttpFlvSource } from './http-flv-source.js';
import { RtmpPlaySource } from './rtmp-play-source.js';
import type { MediaSource, SourceEvents } from './source.js';
import type { MediaUrl } from './url.js';
import { WsFlvSource } from './ws-flv-source.js';

/** Begins to play `url`; everything else comes by events, errors included. */
export function openSource(url: MediaUrl, events: SourceEvents): MediaSource {
  switch (url.kind) {
    case 'http-flv':
      return new HttpFlvSource(url, events);
    case 'ws-flv':
      return new WsFlvSource(url, events);
    case 'rtmp':
      return new RtmpPlaySource(url, events);
  }
}
