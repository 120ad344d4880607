/** The links of the relay: one at a time as plots, with what the connection says of itself. */
import { useState } from 'preact/hooks';
import type { LinkFigures } from './figures.js';
import { bitrate, bytes, count, milliseconds, percent } from './format.js';
import type { LinkHistory, Sample } from './history.js';
import { Plot } from './plot.js';

const stateWords: Record<LinkFigures['state'], string> = {
  connecting: 'connecting',
  open: 'open',
  draining: 'draining',
  closed: 'closed',
};

const transportWords: Record<NonNullable<LinkFigures['transport']>, string> = {
  quic: 'QUIC',
  tcp: 'TCP',
  'quic-tunnel': 'QUIC tunnel',
  h2: 'HTTP/2',
};

/** Every link as a tab, the chosen one drawn. */
export function Links(props: {
  links: readonly LinkFigures[];
  histories: ReadonlyMap<string, LinkHistory>;
  revision: number;
}) {
  const [wanted, setWanted] = useState<string>();
  const link = props.links.find(({ peer }) => peer === wanted) ?? props.links[0];
  return (
    <section class="card links" aria-label="Links">
      <header>
        <h2>Link</h2>
        <div class="tabs" role="tablist">
          {props.links.map(({ peer, state }) => (
            <button
              type="button"
              role="tab"
              key={peer}
              aria-selected={peer === link?.peer}
              onClick={() => setWanted(peer)}
            >
              <i class={`dot ${state}`} /> {peer}
            </button>
          ))}
        </div>
      </header>
      {link === undefined ? (
        <p class="empty">No link: this relay carries its broadcasts alone.</p>
      ) : (
        <LinkDetail
          key={link.peer}
          link={link}
          history={props.histories.get(link.peer)}
          revision={props.revision}
        />
      )}
    </section>
  );
}

function LinkDetail(props: { link: LinkFigures; history: LinkHistory | undefined; revision: number }) {
  const { link, revision } = props;
  const samples = props.history?.samples ?? [];
  const times = samples.map((sample) => sample.atSeconds);
  const values = (of: keyof Sample) => samples.map((sample) => sample[of]);
  const common = { times, revision };
  return (
    <>
      <p class="numbers">
        <span>
          {transportWords[link.transport ?? 'quic']} {stateWords[link.state]}
          {link.address && `, ${link.address}`}
        </span>
        <span>{link.side === 'dialer' ? 'dialled from here' : 'accepted'}</span>
        {link.congestion && (
          <span>
            {link.congestion}
            {link.congestionPhase && `, ${link.congestionPhase}`}
          </span>
        )}
        <span>lowest RTT {milliseconds(link.minRttMs)}</span>
        <span>{link.pacingRateBps === 0 ? 'unpaced' : `paced at ${bitrate(link.pacingRateBps)}`}</span>
        <span>{count(link.packetsLost)} packets lost</span>
        <span>MTU {bytes(link.mtuBytes)}</span>
      </p>
      <div class="plots">
        <Plot
          {...common}
          title="Rate"
          format={bitrate}
          atLeast={100_000}
          lines={[
            { label: 'in', color: '--series-1', values: values('inBps') },
            { label: 'out', color: '--series-2', values: values('outBps') },
          ]}
        />
        <Plot
          {...common}
          title="Round trip"
          format={milliseconds}
          atLeast={2}
          lines={[{ label: 'RTT', color: '--series-1', values: values('rttMs') }]}
        />
        <Plot
          {...common}
          title="Loss, sent packets"
          format={percent}
          atLeast={1}
          lines={[{ label: 'lost', color: '--series-3', values: values('lossPercent') }]}
        />
        <Plot
          {...common}
          title="Window"
          format={bytes}
          atLeast={20_000}
          lines={[
            { label: 'congestion', color: '--series-1', values: values('cwndBytes') },
            { label: 'in flight', color: '--series-2', values: values('inFlightBytes') },
          ]}
        />
        {samples.some((sample) => sample.streams !== null) && (
          <Plot
            {...common}
            title="Open streams"
            format={count}
            atLeast={6}
            lines={[{ label: 'streams', color: '--series-1', values: values('streams') }]}
          />
        )}
      </div>
    </>
  );
}
