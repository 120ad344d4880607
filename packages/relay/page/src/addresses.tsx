/** Where to push and where to play, each with a button that copies it. */
import { useState } from 'preact/hooks';
import type { BroadcastFigures, Figures } from './figures.js';

const copiedMs = 1_500;

/** Copies without the clipboard API too: it is there only on https and localhost. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

function Address({ label, url }: { label: string; url: string }) {
  const [copied, setCopied] = useState(false);
  const onCopy = () => {
    copy(url).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), copiedMs);
      },
      () => setCopied(false),
    );
  };
  return (
    <div class="address">
      <span>{label}</span>
      <code>{url}</code>
      <button type="button" onClick={onCopy} aria-label={`Copy the ${label} URL`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

/** The push URL of the relay and the play URLs of `broadcast`. */
export function Addresses({
  urls,
  broadcast,
}: {
  urls: Figures['urls'];
  broadcast: BroadcastFigures | undefined;
}) {
  const play = broadcast?.play;
  const webSocketOrigin = location.origin.replace(/^http/, 'ws');
  return (
    <section class="card addresses" aria-label="Addresses">
      <header>
        <h2>Addresses</h2>
      </header>
      {urls.push && <Address label="Push your own, RTMP" url={`${urls.push}/NAME`} />}
      {play?.flv && <Address label="Play, HTTP-FLV" url={`${location.origin}${play.flv}`} />}
      {play?.webSocket && <Address label="Play, WebSocket-FLV" url={`${webSocketOrigin}${play.webSocket}`} />}
      {play?.rtmp && <Address label="Play, RTMP" url={play.rtmp} />}
    </section>
  );
}
