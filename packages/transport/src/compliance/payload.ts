/** Stream contents that say which stream they belong to: every byte depends on the label and its offset. */

/** `size` bytes. The first four are the label, as far as they fit. */
export function payload(label: number, size: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let index = 1; index < words.length; index++) words[index] = mix(label, index);
  const bytes = new Uint8Array(words.buffer, 0, size);
  bytes.set(labelBytes(label).subarray(0, size));
  return bytes;
}

/** Undefined when `bytes` are what `payload(label, size)` made, else what is wrong. */
export function difference(bytes: Uint8Array, label: number, size: number): string | undefined {
  if (bytes.length !== size) return `${bytes.length} bytes arrived, ${size} were sent`;
  const wanted = payload(label, size);
  const at = bytes.findIndex((byte, index) => byte !== wanted[index]);
  return at < 0 ? undefined : `byte ${at} of ${size} is ${bytes[at]}, ${wanted[at]} was sent`;
}

/** The label that a payload of at least four bytes begins with. */
export function labelOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function labelBytes(label: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, label);
  return bytes;
}

/** The finalizer of MurmurHash3 over label and position: neighbours differ in half of their bits. */
function mix(label: number, index: number): number {
  let hash = Math.imul(label + 1, 0x9e3779b1) ^ index;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
