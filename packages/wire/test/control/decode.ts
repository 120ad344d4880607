import { ControlDecoder, type ControlMessage, type UnknownMessage } from '../../src/index.js';

/** What a vector holds: JSON has no undefined. */
export function reviveControl(json: ControlMessage | UnknownMessage): ControlMessage | UnknownMessage {
  return json.kind === 'subscribe' ? { ...json, resume: json.resume } : json;
}

/** Decodes `bytes` given in pieces of the lengths `cuts`, the rest at once, to the end of the stream. */
export function decodeAll(
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): (ControlMessage | UnknownMessage)[] {
  const decoder = new ControlDecoder();
  const messages: (ControlMessage | UnknownMessage)[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    messages.push(...decoder.push(bytes.subarray(at, at + cut)));
    at = Math.min(at + cut, bytes.length);
  }
  decoder.finish();
  return messages;
}
