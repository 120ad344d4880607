/** Status objects of onStatus, _result and _error (RTMP 1.0 §7.2.2; code names as Adobe documents them). */
import { type AmfObject, type AmfValue, amfObject, amfProperties } from '../../amf0/value.js';

/** How bad it is, in the words of the protocol. `error` ends most clients. */
export type StatusLevel = 'status' | 'warning' | 'error';

/** What one end tells the other about a connection or a stream. */
export interface Status {
  readonly level: StatusLevel;
  readonly code: string;
  readonly description: string;
}

/** Codes in use. */
export const StatusCode = {
  CALL_FAILED: 'NetConnection.Call.Failed',
  CONNECT_REJECTED: 'NetConnection.Connect.Rejected',
  CONNECT_SUCCESS: 'NetConnection.Connect.Success',
  PAUSE_FAILED: 'NetStream.Pause.Failed',
  PLAY_FAILED: 'NetStream.Play.Failed',
  PLAY_RESET: 'NetStream.Play.Reset',
  PLAY_START: 'NetStream.Play.Start',
  PLAY_STOP: 'NetStream.Play.Stop',
  PLAY_STREAM_NOT_FOUND: 'NetStream.Play.StreamNotFound',
  PLAY_UNPUBLISH_NOTIFY: 'NetStream.Play.UnpublishNotify',
  PUBLISH_BAD_NAME: 'NetStream.Publish.BadName',
  PUBLISH_DENIED: 'NetStream.Publish.Denied',
  PUBLISH_START: 'NetStream.Publish.Start',
  SEEK_FAILED: 'NetStream.Seek.Failed',
  UNPUBLISH_SUCCESS: 'NetStream.Unpublish.Success',
} as const;

/** The status as an AMF0 object. */
export function statusObject({ level, code, description }: Status): AmfObject {
  return amfObject({ level, code, description });
}

/** The status among the values of an onStatus, _result or _error; undefined when none of them is one. */
export function findStatus(values: readonly AmfValue[]): Status | undefined {
  for (const value of values) {
    const properties = amfProperties(value);
    const code = properties?.get('code');
    if (typeof code !== 'string') continue;
    const level = properties?.get('level');
    const description = properties?.get('description');
    return {
      level: level === 'error' || level === 'warning' ? level : 'status',
      code,
      description: typeof description === 'string' ? description : '',
    };
  }
  return undefined;
}
