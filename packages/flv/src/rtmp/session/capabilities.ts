/** The connect command and its answer, with Enhanced RTMP's capabilities (RTMP 1.0 §7.2.1.1; E-RTMP v2 "Enhancing NetConnection connect Command"). */
import { type AmfObject, type AmfValue, amfObject, amfProperties } from '../../amf0/value.js';

/** What a client said of itself. */
export interface ConnectRequest {
  /** As sent, query included. */
  readonly app: string;
  readonly tcUrl: string;
  readonly flashVer: string;
  /** FourCCs the client can receive; empty for a client without Enhanced RTMP. */
  readonly fourCcList: readonly string[];
  /** Enhanced RTMP capability flags, 0 without. */
  readonly capsEx: number;
}

/** Codecs by FourCC that pass through; `*` would say any. */
export const VIDEO_FOUR_CCS = ['avc1', 'hvc1', 'vvc1', 'av01', 'vp08', 'vp09'] as const;
/** The same of sound. */
export const AUDIO_FOUR_CCS = ['mp4a', 'Opus', 'fLaC', 'ac-3', 'ec-3', '.mp3'] as const;

/** capsEx flags. */
export const CapsEx = { RECONNECT: 1, MULTITRACK: 2, MOD_EX: 4, TIMESTAMP_NANO_OFFSET: 8 } as const;

/** Reads the command object of connect. Missing and mistyped properties read as empty. */
export function decodeConnect(commandObject: AmfValue): ConnectRequest {
  const properties = amfProperties(commandObject);
  const list = properties?.get('fourCcList');
  const capsEx = properties?.get('capsEx');
  return {
    app: text(properties?.get('app')),
    tcUrl: text(properties?.get('tcUrl')),
    flashVer: text(properties?.get('flashVer')),
    fourCcList: Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [],
    capsEx: typeof capsEx === 'number' ? capsEx : 0,
  };
}

/** The command object that a client sends. */
export function encodeConnect(options: { app: string; tcUrl: string; publish: boolean }): AmfObject {
  const role: Record<string, AmfValue> = options.publish
    ? { type: 'nonprivate', flashVer: 'FMLE/3.0 (compatible; longhaul)' }
    : { flashVer: 'LNX 9,0,124,2', fpad: false, audioCodecs: 4071, videoCodecs: 252, videoFunction: 1 };
  return amfObject({
    app: options.app,
    ...role,
    tcUrl: options.tcUrl,
    capabilities: 239,
    objectEncoding: 0,
    ...enhanced(),
  });
}

/** The two objects of a successful `_result`. The capabilities are in both: servers and clients differ in where they look. */
export function connectResult(): [AmfObject, AmfObject] {
  const properties = amfObject({ fmsVer: 'FMS/3,0,1,123', capabilities: 31, mode: 1, ...enhanced() });
  const information = amfObject({
    level: 'status',
    code: 'NetConnection.Connect.Success',
    description: 'Connection succeeded.',
    objectEncoding: 0,
    ...enhanced(),
  });
  return [properties, information];
}

function enhanced(): Record<string, AmfValue> {
  return {
    capsEx: CapsEx.MULTITRACK | CapsEx.MOD_EX | CapsEx.TIMESTAMP_NANO_OFFSET,
    fourCcList: [...VIDEO_FOUR_CCS, ...AUDIO_FOUR_CCS],
    videoFourCcInfoMap: forwarded(VIDEO_FOUR_CCS),
    audioFourCcInfoMap: forwarded(AUDIO_FOUR_CCS),
  };
}

function forwarded(fourCcs: readonly string[]): AmfObject {
  return new Map(fourCcs.map((fourCc) => [fourCc, CAN_FORWARD]));
}

function text(value: AmfValue): string {
  return typeof value === 'string' ? value : '';
}

/** FourCcInfoMask.CanForward: carried without being decoded. */
const CAN_FORWARD = 4;
