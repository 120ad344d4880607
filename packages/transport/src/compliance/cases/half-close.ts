/** One half of a bidirectional stream ends, the other goes on. */
import type { ComplianceCase } from '../case.js';
import { Journal } from '../journal.js';
import { Owner } from '../owner.js';
import { Reader } from '../reader.js';
import { Writer } from '../writer.js';

const requestAndResponse: ComplianceCase = {
  name: 'a half that finished leaves the other half open: the answer comes after the whole question',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const opened = pair.dialer.openBidi({ priority: 0 });
    const question = new Writer(journal, opened.send, { label: 1, size: 70_000, name: 'question' }).start();
    const answer = new Reader(journal, opened.receive, 'answer').read();
    const accepted = await acceptor.nextBidi();
    const asked = new Reader(journal, accepted.receive, 'asked').read();
    await asked.finished;
    await question.acknowledged;
    assert.equal(asked.complaint(1, 70_000), undefined, 'the question is whole');
    assert.equal(journal.of('answer').length, 0, 'nothing was answered yet');
    assert.equal(opened.send.write([Uint8Array.of(1)]), 0, 'a finished half takes nothing');
    const reply = new Writer(journal, accepted.send, { label: 2, size: 500_000, name: 'reply' }).start();
    await answer.finished;
    await reply.acknowledged;
    assert.equal(answer.complaint(2, 500_000), undefined, 'the answer is whole');
  },
};

const resetOneHalf: ComplianceCase = {
  name: 'a half that is reset leaves the other half open',
  async run(assert, pair) {
    const journal = new Journal();
    const acceptor = new Owner(journal, pair.acceptor);
    new Owner(journal, pair.dialer);
    const opened = pair.dialer.openBidi({ priority: 0 });
    opened.send.write([Uint8Array.of(1)]);
    const back = new Reader(journal, opened.receive, 'back').read();
    const accepted = await acceptor.nextBidi();
    const there = new Reader(journal, accepted.receive, 'there').read();
    opened.send.reset(11);
    assert.equal(await there.reset, 11, 'the reset half is over');
    new Writer(journal, accepted.send, { label: 3, size: 100_000 }).start();
    await back.finished;
    assert.equal(back.complaint(3, 100_000), undefined, 'the other half delivers');
  },
};

/** The cases of this file, in the order they run. */
export const CASES: readonly ComplianceCase[] = [requestAndResponse, resetOneHalf];
