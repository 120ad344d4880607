/** What a connect arm asks its responder: how many bytes it wants back, in four bytes, big-endian; a single byte asks for one. */

/** Larger answers are cut to this: a key frame is a tenth of it. */
export const MOST_ANSWER_BYTES = 4 << 20;

/** The question for so many bytes. */
export function encodeQuestion(answerBytes = 1): Uint8Array {
  if (answerBytes === 1) return Uint8Array.of(1);
  const question = new Uint8Array(4);
  new DataView(question.buffer).setUint32(0, answerBytes);
  return question;
}

/** How many bytes a question asks for, at least 1. */
export function decodeQuestion(question: Uint8Array): number {
  if (question.byteLength < 4) return 1;
  const asked = new DataView(question.buffer, question.byteOffset).getUint32(0);
  return Math.min(MOST_ANSWER_BYTES, Math.max(1, asked));
}
