/** Where the delay of the last minute came from: of the broadcast that plays, or of a link. */
import { useState } from 'preact/hooks';
import { type Part, parts, shown, type Way } from './delay-parts.js';
import type { BroadcastFigures, LinkFigures } from './figures.js';
import { broadcastName, milliseconds } from './format.js';
import { StackPlot } from './stack-plot.js';
import { type Subject, useExplanation } from './use-explanation.js';

const names: Readonly<Record<Part, string>> = Object.fromEntries(parts) as Record<Part, string>;

const directionWords: Record<Way['direction'], string> = {
  published: 'from the publisher',
  received: 'received from',
  sent: 'sent to',
};

/** The card, with a tab for the broadcast that plays and one for each link. */
export function Delay(props: { broadcast: BroadcastFigures | undefined; links: readonly LinkFigures[] }) {
  const [wanted, setWanted] = useState<string>();
  const subjects: Subject[] = [
    ...(props.broadcast ? [{ kind: 'broadcast' as const, name: props.broadcast.path }] : []),
    ...props.links.map(({ peer }) => ({ kind: 'link' as const, name: peer })),
  ];
  const subject = subjects.find((each) => keyOf(each) === wanted) ?? subjects[0];
  const { explanation, atSeconds } = useExplanation(subject);
  return (
    <section class="card delay" aria-label="Delay">
      <header>
        <h2>Where the delay comes from</h2>
        <div class="tabs" role="tablist">
          {subjects.map((each) => (
            <button
              type="button"
              role="tab"
              key={keyOf(each)}
              aria-selected={each === subject}
              onClick={() => setWanted(keyOf(each))}
            >
              {each.kind === 'link' ? `link ${each.name}` : broadcastName(each.name)}
            </button>
          ))}
        </div>
      </header>
      {(explanation === undefined || explanation.ways.length === 0) && (
        <p class="empty">No frame in the last minute.</p>
      )}
      {explanation && explanation.ways.length > 0 && (
        <>
          <div class="ways">
            {explanation.ways.map((way) => (
              <WayDetail key={`${way.direction} ${way.peer}`} way={way} atSeconds={atSeconds} />
            ))}
          </div>
          <Lines title="What happened" lines={explanation.mechanisms} />
          <Lines title="What to try" lines={explanation.advice} />
        </>
      )}
    </section>
  );
}

function WayDetail({ way, atSeconds }: { way: Way; atSeconds: number }) {
  const seen = shown(way);
  const { totalMs, parts: times } = way.p95;
  return (
    <article>
      <h3>
        {directionWords[way.direction]} {way.peer}
        <small>
          p50 {milliseconds(way.p50.totalMs)} · p95 {milliseconds(totalMs)} · p99{' '}
          {milliseconds(way.p99.totalMs)} · worst {milliseconds(way.worstMs)}
        </small>
      </h3>
      <div class="stack" role="img" aria-label={way.sentence}>
        {seen.map((part) => (
          <i
            key={part}
            title={`${names[part]}: ${milliseconds(times[part])}`}
            style={{ flexGrow: times[part] / Math.max(totalMs, 1), background: `var(--part-${part})` }}
          />
        ))}
      </div>
      <ul class="legend">
        {seen.map((part) => (
          <li key={part} style={{ '--key': `var(--part-${part})` }}>
            {names[part]} <b>{milliseconds(times[part])}</b>
          </li>
        ))}
      </ul>
      <p class="sentence">{way.sentence}</p>
      <StackPlot seconds={way.seconds} parts={seen} atSeconds={atSeconds} />
    </article>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div class="lines">
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function keyOf({ kind, name }: Subject): string {
  return `${kind} ${name}`;
}
