/** The page: the picture and its addresses, the link, the broadcasts. */
import { useEffect, useState } from 'preact/hooks';
import { Addresses } from './addresses.js';
import { Broadcasts } from './broadcasts.js';
import { Delay } from './delay.js';
import { chooseBroadcast, type Figures, pathInHash, type RelayView } from './figures.js';
import { duration } from './format.js';
import icon from './icon.svg';
import { Links } from './links.js';
import { useRelay } from './use-relay.js';
import { Video } from './video.js';

function useWantedPath(): string | undefined {
  const [path, setPath] = useState(() => pathInHash(location.hash));
  useEffect(() => {
    const onChange = () => setPath(pathInHash(location.hash));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return path;
}

function RelayHeader({ view, figures }: { view: RelayView; figures: Figures | undefined }) {
  const relay = figures?.relay;
  return (
    <header class="top">
      <img src={icon} alt="" width="28" height="28" />
      <strong>longhaul</strong>
      {relay && (
        <span class="relay">
          {relay.id} · {relay.role}
          {relay.region && ` · ${relay.region}`}
        </span>
      )}
      <span class={`badge ${view.state}`}>
        {view.state === 'known' && relay ? `up ${duration(relay.uptimeMs)} · ${relay.version}` : undefined}
        {view.state === 'connecting' && 'connecting to the relay'}
        {view.state === 'lost' && `relay not reachable: ${view.reason}`}
      </span>
    </header>
  );
}

/** Everything under `<div id="page">`. */
export function App() {
  const { view, histories, rates, revision } = useRelay();
  const wanted = useWantedPath();
  const figures = view.state === 'connecting' ? undefined : view.figures;
  const broadcast = figures && chooseBroadcast(figures.broadcasts, wanted);
  return (
    <>
      <RelayHeader view={view} figures={figures} />
      <main class={view.state === 'lost' ? 'stale' : undefined}>
        <div class="column">
          <Video broadcast={broadcast} pushUrl={figures?.urls.push} reachable={view.state !== 'lost'} />
          <Addresses urls={figures?.urls ?? {}} broadcast={broadcast} />
        </div>
        <div class="column">
          <Links links={figures?.links ?? []} histories={histories} revision={revision} />
        </div>
        <Delay broadcast={broadcast} links={figures?.links ?? []} />
        <Broadcasts
          broadcasts={figures?.broadcasts ?? []}
          rates={rates}
          playing={broadcast?.path}
          onChoose={(path) => {
            location.hash = `/${path}`;
          }}
        />
      </main>
    </>
  );
}
