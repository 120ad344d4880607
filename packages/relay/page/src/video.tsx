/** The picture, what the player is doing, and how it does. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { BroadcastFigures } from './figures.js';
import { broadcastName, count, milliseconds } from './format.js';
import type { Playback } from './playback.js';
import { Player, type PlayerFigures, type PlayerSource } from './player.js';

const tickMs = 500;

function sourceOf(broadcast: BroadcastFigures | undefined): PlayerSource | undefined {
  if (broadcast?.play.flv === undefined) return undefined;
  const has = (media: string) => broadcast.tracks.some((track) => track.name.startsWith(media));
  const known = broadcast.tracks.length > 0;
  return {
    url: broadcast.play.flv,
    live: broadcast.state === 'live',
    hasAudio: !known || has('audio'),
    hasVideo: !known || has('video'),
  };
}

/** What the viewer is told; undefined while the picture speaks for itself. */
function describe(
  playback: Playback,
  pushUrl: string | undefined,
): { title: string; hint?: string } | undefined {
  switch (playback.state) {
    case 'playing':
      return undefined;
    case 'stalled':
      return { title: 'Waiting for data' };
    case 'connecting':
      return {
        title: 'Connecting',
        hint: playback.attempt > 1 ? `attempt ${playback.attempt}` : 'first picture next',
      };
    case 'no-broadcast':
      return {
        title: 'No broadcast yet',
        ...(pushUrl === undefined ? {} : { hint: `Push one to ${pushUrl}/NAME and it plays here` }),
      };
    case 'ended':
      return { title: 'The broadcast has ended', hint: 'It plays on here when its publisher returns' };
    case 'error':
      return { title: 'Cannot play', hint: `${playback.message}; trying again` };
    case 'unsupported':
      return {
        title: 'This browser cannot play live FLV',
        hint: 'Copy the play URL into ffplay, VLC or mpv',
      };
  }
}

/** Goes before what the player says: without the relay nothing can play. */
const unreachable = { title: 'The relay cannot be reached', hint: 'It plays on here when the relay is back' };

/** The player for `broadcast`; `pushUrl` is named when there is none. `reachable`: the relay answers. */
export function Video(props: {
  broadcast: BroadcastFigures | undefined;
  pushUrl: string | undefined;
  reachable: boolean;
}) {
  const { broadcast, pushUrl, reachable } = props;
  const element = useRef<HTMLVideoElement>(null);
  const player = useRef<Player | undefined>(undefined);
  const [playback, setPlayback] = useState<Playback>({ state: 'no-broadcast' });
  const [figures, setFigures] = useState<PlayerFigures>();
  const source = useMemo(() => sourceOf(broadcast), [broadcast]);

  useEffect(() => {
    if (element.current === null) return;
    const made = new Player(element.current, setPlayback);
    player.current = made;
    const timer = setInterval(() => {
      made.tick(performance.now());
      setFigures(made.figures());
    }, tickMs);
    return () => {
      clearInterval(timer);
      made.destroy();
    };
  }, []);
  useEffect(() => player.current?.show(source), [source]);

  const message = reachable || playback.state === 'playing' ? describe(playback, pushUrl) : unreachable;
  const isWaiting = reachable && (playback.state === 'connecting' || playback.state === 'stalled');
  return (
    <section class="card video" data-playback={playback.state} aria-label="Player">
      <div class="picture">
        <video ref={element} muted autoplay playsinline controls={message === undefined} />
        {message && (
          <div class="message" role="status">
            {isWaiting && <span class="spinner" />}
            <strong>{message.title}</strong>
            {message.hint && <span>{message.hint}</span>}
          </div>
        )}
      </div>
      <div class="caption">
        <h1>{broadcast ? broadcastName(broadcast.path) : 'Nothing playing'}</h1>
        <PictureFigures playback={playback} figures={figures} />
      </div>
    </section>
  );
}

function PictureFigures({ playback, figures }: { playback: Playback; figures: PlayerFigures | undefined }) {
  if (figures === undefined || (playback.state !== 'playing' && playback.state !== 'stalled')) return null;
  return (
    <p class="numbers" data-decoded={figures.decodedFrames}>
      {figures.width > 0 && (
        <span>
          {figures.width} × {figures.height}
        </span>
      )}
      <span>{count(figures.decodedFrames)} frames decoded</span>
      <span>{count(figures.droppedFrames)} dropped</span>
      <span>{milliseconds(figures.bufferedMs)} buffered</span>
    </p>
  );
}
