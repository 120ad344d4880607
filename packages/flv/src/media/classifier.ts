/** Says what each message of one broadcast is. The only place of longhaul that looks into codecs. */
import { dataName } from '../rtmp/message/data.js';
import type { MediaMessage } from '../rtmp/message/message.js';
import * as Avc from './avc.js';
import type { Classification, FrameKind } from './classification.js';
import { decodeEnhancedHeader, type PacketTypes } from './enhanced-tag.js';
import { audioCodec, videoCodec } from './four-cc.js';
import { decodeLegacyVideo, pictureKind, VideoFrameType } from './video-tag.js';

/**
 * Input: the messages of one broadcast in order. Output: a {@link Classification} for each; nothing throws, as a
 * payload nobody understands is still to be forwarded. Remembers per video track how long H.264's NAL lengths are.
 */
export class MediaClassifier {
  readonly #nalLengthBytes = new Map<number, number>();

  /** `payload` is only read. */
  classify({ type, payload }: Pick<MediaMessage, 'type' | 'payload'>): Classification {
    switch (type) {
      case 8:
        return classifyAudio(payload);
      case 9:
        return this.#classifyVideo(payload);
      case 18:
        return classifyData(payload);
    }
  }

  #classifyVideo(payload: Uint8Array): Classification {
    const first = payload[0] ?? 0;
    if ((first & ENHANCED_VIDEO_FLAG) !== 0) return this.#classifyEnhancedVideo(payload, (first >> 4) & 7);
    const { frameType, codec, packet, bodyAt } = decodeLegacyVideo(payload);
    const video = { media: 'video', index: 0, codec } as const;
    const body = payload.subarray(bodyAt);
    if (packet === 'sequence-header') {
      if (codec === 'h264') this.#learn(0, body);
      return { ...video, kind: 'init' };
    }
    // the end of a sequence is no picture, though encoders mark it as a key frame
    if (packet !== 'frame' || payload.length === 0) return { ...video, kind: 'discardable' };
    return { ...video, kind: codec === 'h264' ? this.#avcKind(0, frameType, body) : pictureKind(frameType) };
  }

  #classifyEnhancedVideo(payload: Uint8Array, frameType: number): Classification {
    const header = decodeEnhancedHeader(payload, VIDEO_PACKETS);
    // a command has one byte instead of a FourCC, except in metadata
    if (!header || (frameType === VideoFrameType.COMMAND && header.packet !== 'metadata'))
      return UNREADABLE_VIDEO;
    const { packet, index, body } = header;
    const codec = videoCodec(header.fourCc);
    const video = { media: 'video', index, codec } as const;
    switch (packet) {
      case 'sequence-start':
        if (codec === 'h264') this.#learn(index, body);
        return { ...video, kind: 'init' };
      case 'metadata':
        return { ...video, index: metadataIndex(index), kind: 'init' };
      case 'coded-frames':
      case 'coded-frames-x': {
        if (codec !== 'h264') return { ...video, kind: pictureKind(frameType) };
        const units = packet === 'coded-frames' ? body.subarray(COMPOSITION_TIME_BYTES) : body;
        return { ...video, kind: this.#avcKind(index, frameType, units) };
      }
      default:
        return { ...video, kind: 'discardable' };
    }
  }

  #learn(index: number, record: Uint8Array): void {
    const lengthBytes = Avc.nalLengthBytes(record);
    if (lengthBytes !== undefined) this.#nalLengthBytes.set(index, lengthBytes);
  }

  #avcKind(index: number, frameType: number, units: Uint8Array): FrameKind {
    const kind = pictureKind(frameType);
    const lengthBytes = this.#nalLengthBytes.get(index);
    if (kind !== 'delta' || lengthBytes === undefined) return kind;
    return Avc.isNonReference(units, lengthBytes) ? 'discardable' : 'delta';
  }
}

function classifyAudio(payload: Uint8Array): Classification {
  const format = (payload[0] ?? 0) >> 4;
  if (format === ENHANCED_AUDIO_FORMAT) return classifyEnhancedAudio(payload);
  const codec = payload.length === 0 ? 'unknown' : (SOUND_FORMATS[format] ?? 'unknown');
  const isHeader = format === AAC_FORMAT && payload[1] === 0;
  return { media: 'audio', index: 0, kind: isHeader ? 'init' : 'audio', codec };
}

function classifyEnhancedAudio(payload: Uint8Array): Classification {
  const header = decodeEnhancedHeader(payload, AUDIO_PACKETS);
  if (!header) return { media: 'audio', index: 0, kind: 'audio', codec: 'unknown' };
  const audio = { media: 'audio', index: header.index, codec: audioCodec(header.fourCc) } as const;
  if (header.packet === 'metadata') return { ...audio, index: metadataIndex(header.index), kind: 'init' };
  return { ...audio, kind: header.packet === 'sequence-start' ? 'init' : 'audio' };
}

function classifyData(payload: Uint8Array): Classification {
  const kind = dataName(payload) === 'onMetaData' ? 'init' : 'data';
  return { media: 'data', index: 0, kind, codec: 'script' };
}

/**
 * Colour and channel metadata is init that stands beside the sequence header and must not take its place, so it is a
 * track of its own, counted down from the highest track id.
 */
function metadataIndex(index: number): number {
  return MAX_TRACK_ID - index;
}

const UNREADABLE_VIDEO: Classification = { media: 'video', index: 0, kind: 'discardable', codec: 'unknown' };
const ENHANCED_VIDEO_FLAG = 0x80;
const ENHANCED_AUDIO_FORMAT = 9;
const AAC_FORMAT = 10;
const MAX_TRACK_ID = 255;
/** SI24 before the NAL units of CodedFrames; CodedFramesX has none. */
const COMPOSITION_TIME_BYTES = 3;
/** VideoPacketType. MPEG2TSSequenceStart stands where SequenceStart would. */
const VIDEO_PACKETS: PacketTypes = [
  'sequence-start',
  'coded-frames',
  'sequence-end',
  'coded-frames-x',
  'metadata',
  'sequence-start',
  'multitrack',
  'mod-ex',
];
/** AudioPacketType; 3 is reserved, 4 is MultichannelConfig. */
const AUDIO_PACKETS: PacketTypes = [
  'sequence-start',
  'coded-frames',
  'sequence-end',
  'unknown',
  'metadata',
  'multitrack',
  'unknown',
  'mod-ex',
];
/** SoundFormat, FLV 10.1 §E.4.2.1. */
const SOUND_FORMATS: readonly (string | undefined)[] = [
  'pcm',
  'adpcm',
  'mp3',
  'pcm',
  'nellymoser',
  'nellymoser',
  'nellymoser',
  'g711a',
  'g711u',
  undefined,
  'aac',
  'speex',
  undefined,
  undefined,
  'mp3',
  'device',
];
