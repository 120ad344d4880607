/** `MediaClassifier`: throws for nothing, says the same of the same, and only what a broadcast takes. */
import { MediaClassifier, type MediaType } from '@longhaul/flv';
import type { Random } from '@longhaul/testkit';
import { concat, hex } from '../mutate.js';
import { Broken, type FuzzTarget } from '../target.js';

const KINDS: Readonly<Record<string, readonly string[]>> = {
  video: ['init', 'key', 'delta', 'discardable'],
  audio: ['init', 'audio'],
  data: ['init', 'data'],
};

/** See the head of the file. An input is messages: type (8, 9 or 18 by its value), 16 bits of length, payload. */
export const target: FuzzTarget = {
  name: 'media-classifier',
  seeds: [
    messages([9, '17000000000164001effe1000467640001'], [9, '2701000000000000040101aabb']),
    messages([8, 'af001210'], [8, 'af01aabbcc'], [18, '02000a6f6e4d65746144617461']),
    messages([9, '906876633101'], [9, '9168766331000000aabb'], [9, '93617631300102'], [9, '9461766331']),
    messages([9, '96016176633100aa'], [9, '9611617663310000000001aa01000001bb'], [8, '95016d70346100aa']),
    messages([9, '9700aa016176633101'], [9, '97ff000100aabb1161766331'], [8, '904f70757301']),
  ],
  cases: [
    {
      name: 'NAL units of no length',
      input: messages([9, '170000000001640000'], [9, `270100000000${'00'.repeat(2000)}`]),
    },
    { name: '4,000 modifiers', input: messages([9, `97${'000017'.repeat(4000)}`]) },
    { name: 'a modifier of 64 KiB', input: messages([9, '97ffffff']) },
    {
      name: '20,000 NAL units',
      input: messages([9, '170000000001640000'], [9, `2701000000${'0141'.repeat(20_000)}`]),
    },
    { name: 'nothing', input: messages([8, ''], [9, ''], [18, '']) },
  ],
  generate,
  run,
};

function run(input: Uint8Array): string {
  const [one, two] = [new MediaClassifier(), new MediaClassifier()];
  for (const message of split(input)) {
    const found = one.classify(message);
    const again = two.classify({ ...message, payload: message.payload.slice() });
    if (JSON.stringify(found) !== JSON.stringify(again))
      throw new Broken('it depends on where the bytes lie');
    const { media, kind, index } = found;
    if (!KINDS[media]?.includes(kind)) throw new Broken(`${kind} in ${media}`);
    if (!Number.isInteger(index) || index < 0 || index > 255) throw new Broken(`track ${index}`);
  }
  return 'ok';
}

function* split(input: Uint8Array): Iterable<{ type: MediaType; payload: Uint8Array }> {
  for (let at = 0; at + 3 <= input.length; ) {
    const length = ((input[at + 1] as number) << 8) | (input[at + 2] as number);
    const type = input[at] as number;
    const payload = input.subarray(at + 3, at + 3 + length);
    yield { type: type === 8 || type === 18 ? type : 9, payload };
    at += 3 + length;
  }
}

function messages(...list: readonly [type: number, digits: string][]): Uint8Array {
  return concat(...list.map(([type, digits]) => framed(type, hex(digits))));
}

function framed(type: number, payload: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type, payload.length >> 8, payload.length), payload);
}

function generate(random: Random): Uint8Array {
  const one = () => {
    const type = random.pick([8, 9, 9, 9, 18]);
    const first = random.pick([
      0x17, 0x27, 0x37, 0x1c, 0x90, 0x91, 0x93, 0x94, 0x96, 0x97, 0xa7, 0xaf, 0x95, 0x02, 0x57,
    ]);
    const fourCc = random.pick(['61766331', '68766331', '61763031', '4f707573', '00000000', '']);
    const lead = random.bytes(random.integer(0, 3)).map((byte) => byte & 0x1f);
    return framed(type, concat(Uint8Array.of(first), lead, hex(fourCc), random.bytes(random.integer(0, 30))));
  };
  return concat(...Array.from({ length: random.integer(1, 8) }, one));
}
