/** The broadcasts of the relay; choosing one plays it. */
import type { BroadcastFigures } from './figures.js';
import { bitrate, broadcastName, count, milliseconds } from './format.js';

const sourceOf = ({ source }: BroadcastFigures) =>
  source === undefined ? '–' : source.kind === 'link' ? `link ${source.name}` : 'publisher here';

const codecsOf = ({ tracks }: BroadcastFigures) =>
  tracks
    .filter((track) => !track.name.startsWith('data'))
    .map((track) => track.codec ?? track.name)
    .join(', ') || '–';

/** A row for each broadcast; `playing` is the path of the chosen one. */
export function Broadcasts(props: {
  broadcasts: readonly BroadcastFigures[];
  rates: ReadonlyMap<string, number | null>;
  playing: string | undefined;
  onChoose: (path: string) => void;
}) {
  return (
    <section class="card broadcasts" aria-label="Broadcasts">
      <header>
        <h2>Broadcasts</h2>
      </header>
      {props.broadcasts.length === 0 ? (
        <p class="empty">None yet.</p>
      ) : (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Broadcast</th>
                <th>State</th>
                <th>From</th>
                <th>Codecs</th>
                <th class="number">Rate</th>
                <th class="number" title="How much later than the earliest frame the newest one came">
                  Delay
                </th>
                <th class="number">Dropped</th>
                <th class="number">Viewers</th>
              </tr>
            </thead>
            <tbody>
              {props.broadcasts.map((broadcast) => (
                <tr key={broadcast.path} aria-current={broadcast.path === props.playing ? 'true' : undefined}>
                  <td>
                    <button type="button" class="link" onClick={() => props.onChoose(broadcast.path)}>
                      {broadcastName(broadcast.path)}
                    </button>
                  </td>
                  <td>
                    <i class={`dot ${broadcast.state}`} /> {broadcast.state}
                  </td>
                  <td>{sourceOf(broadcast)}</td>
                  <td>{codecsOf(broadcast)}</td>
                  <td class="number">{bitrate(props.rates.get(broadcast.path))}</td>
                  <td class="number">{milliseconds(broadcast.lagMs)}</td>
                  <td class="number">{count(broadcast.framesDropped)}</td>
                  <td class="number">{count(broadcast.viewers)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
