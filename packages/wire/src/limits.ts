/** Sizes and counts that longhaul/1 fixes; docs/wire.md §8 is the table. Bytes unless the name says otherwise. */

/** A relay id: one DNS name. */
export const MAX_RELAY_ID_BYTES = 255;
/** A broadcast path: three segments of at most 255 bytes and two slashes. */
export const MAX_PATH_BYTES = 767;
/** Relays that a broadcast may have passed, the announcer included. */
export const MAX_HOPS = 16;
/** Versions a Hello may offer. */
export const MAX_VERSIONS = 16;
/** Tracks a Subscribe may name. */
export const MAX_SELECTED_TRACKS = 64;
/** Software and region names, reasons. */
export const MAX_TEXT_BYTES = 256;
/** A control message of a type that this version does not know. */
export const MAX_UNKNOWN_MESSAGE_BYTES = 65_536;
/** The header of a unidirectional stream, after its length. */
export const MAX_STREAM_HEADER_BYTES = 256;
/** The payload of one frame, known or unknown. */
export const MAX_FRAME_BYTES = 16_777_216;
/** The payload of one init record. */
export const MAX_INIT_BYTES = 1_048_576;
/** Largest uint32: epochs, sequences, ordinals, timestamps, versions. */
export const MAX_UINT32 = 0xffff_ffff;
