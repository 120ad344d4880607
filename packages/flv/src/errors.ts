/** Every error of this package; docs/errors.md lists the codes. Callers match on `code`. */

/** Codes of {@link FlvFormatError}: bytes that are no FLV file or no AMF0 value. */
export type FlvErrorCode =
  | 'LH_FLV_SIGNATURE'
  | 'LH_FLV_HEADER'
  | 'LH_FLV_TAG_TYPE'
  | 'LH_FLV_ENCRYPTED'
  | 'LH_FLV_TAG_TOO_LARGE'
  | 'LH_FLV_TRUNCATED'
  | 'LH_FLV_AMF_TRUNCATED'
  | 'LH_FLV_AMF_MARKER'
  | 'LH_FLV_AMF_LIMIT';

/** Codes of {@link RtmpProtocolError}: what an RTMP peer did wrong. */
export type RtmpErrorCode =
  | 'LH_RTMP_VERSION'
  | 'LH_RTMP_TIMEOUT'
  | 'LH_RTMP_CHUNK_HEADER'
  | 'LH_RTMP_CHUNK_SIZE'
  | 'LH_RTMP_CHUNK_STREAMS'
  | 'LH_RTMP_MESSAGE_TOO_LARGE'
  | 'LH_RTMP_PARTIAL_LIMIT'
  | 'LH_RTMP_CONTROL'
  | 'LH_RTMP_COMMAND'
  | 'LH_RTMP_AGGREGATE';

/** The bytes are not what FLV or AMF0 allow, or exceed a stated budget. The one who reads them closes the source. */
export class FlvFormatError extends Error {
  readonly code: FlvErrorCode;

  constructor(code: FlvErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FlvFormatError';
    this.code = code;
  }
}

/** The peer broke RTMP or one of the limits. The session is closed; its owner ends the socket. */
export class RtmpProtocolError extends Error {
  readonly code: RtmpErrorCode;

  constructor(code: RtmpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RtmpProtocolError';
    this.code = code;
  }
}

/** The server said no, in its own words: `remoteCode` is its status code, such as `NetStream.Publish.BadName`. */
export class RtmpRemoteError extends Error {
  readonly code = 'LH_RTMP_REFUSED';
  readonly remoteCode: string;

  constructor(remoteCode: string, description: string) {
    super(`${remoteCode}: ${description}`);
    this.name = 'RtmpRemoteError';
    this.remoteCode = remoteCode;
  }
}

/** A URL that cannot be an RTMP publish or play address: the caller's fault. */
export class RtmpUrlError extends TypeError {
  readonly code = 'LH_RTMP_URL';

  constructor(message: string) {
    super(message);
    this.name = 'RtmpUrlError';
  }
}
