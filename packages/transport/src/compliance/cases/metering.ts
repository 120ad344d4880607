/** How much a connection wants written, where it meters itself. */
import type { Assert, ComplianceCase } from '../case.js';
import { deferred, Journal } from '../journal.js';
import { Owner } from '../owner.js';
import type { Pair, PairOptions } from '../pair.js';
import { Reader } from '../reader.js';

/** Unsent, ms of the rate. */
const MAX_UNSENT_MS = 20;
const SIZE = 2 * 1024 * 1024;

/** Writes only what is wanted, and checks that it is asked for the rest until all has come. */
async function asksAgain(assert: Assert, pair: Pair): Promise<void> {
  const journal = new Journal();
  const acceptor = new Owner(journal, pair.acceptor);
  const owner = new Owner(journal, pair.dialer);
  const { connection } = owner;
  assert.equal(
    connection.wantedBytes,
    Number.POSITIVE_INFINITY,
    'it wants everything while it is not metered',
  );
  const isMetered = connection.meterUnsent(MAX_UNSENT_MS);
  if (!isMetered) {
    assert.equal(connection.wantedBytes, Number.POSITIVE_INFINITY, 'it cannot meter itself and says so');
    return;
  }
  const stream = connection.openUni({ priority: 0 });
  let left = SIZE;
  let isUsedUp = false;
  const pump = () => {
    while (left > 0 && connection.wantedBytes > 0 && stream.credit > 0) {
      left -= stream.write([new Uint8Array(Math.min(left, connection.wantedBytes, stream.credit))]);
    }
    if (left === 0) stream.finish();
    else if (connection.wantedBytes <= 0) isUsedUp = true;
  };
  stream.listen({ onCredit: pump });
  owner.eachWanted(pump);
  assert.equal(
    journal.during(() => pump()),
    0,
    'nothing is told from within a call',
  );
  const reader = new Reader(journal, await acceptor.nextUni(), 'reader').read();
  const end = deferred<void>();
  reader.onEnd = () => end.resolve();
  await end.promise;
  assert.equal(reader.receivedBytes, SIZE, 'all came');
  assert.equal(journal.of('dialer').includes('wanted'), isUsedUp, 'it asked for more if that was used up');
}

/** What nobody reads stops being wanted, whatever the streams would still take. */
async function wantsNoMore(assert: Assert, pair: Pair, options: PairOptions): Promise<void> {
  const journal = new Journal();
  new Owner(journal, pair.acceptor);
  const { connection } = new Owner(journal, pair.dialer);
  if (!connection.meterUnsent(MAX_UNSENT_MS)) return;
  for (let count = 0; count < options.maxConcurrentUni && connection.wantedBytes > 0; count += 1) {
    const stream = connection.openUni({ priority: 0 });
    // More than its credit: what it does not take is dropped here.
    while (connection.wantedBytes > 0 && stream.write([new Uint8Array(options.sendBufferBytes)]) > 0)
      await pair.settle();
  }
  assert.ok(connection.wantedBytes <= 0, 'it wants no more');
  assert.equal(connection.meterUnsent(0), true, 'it is metered no more');
  assert.equal(connection.wantedBytes, Number.POSITIVE_INFINITY, 'and wants everything again');
  connection.close(0, 'enough');
  assert.equal(connection.wantedBytes, 0, 'a closed connection wants nothing');
}

/** See the head of the file. */
export const CASES: readonly ComplianceCase[] = [
  { name: 'a metered connection asks again until all is written', run: asksAgain },
  {
    name: 'a metered connection wants no more than it can get rid of',
    options: { connectionWindowBytes: 256 * 1024, sendBufferBytes: 1024 * 1024 },
    run: wantsNoMore,
  },
];
