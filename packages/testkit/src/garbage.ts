/** What is still referred to, for tests of memory that has to be let go of. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Which of `objects` something still refers to. Objects made in the caller's own frame may count as referred to. */
export async function retained<T extends WeakKey>(objects: readonly WeakRef<T>[]): Promise<T[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a WeakRef was asked for lives until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return objects.map((object) => object.deref()).filter((object) => object !== undefined);
}
