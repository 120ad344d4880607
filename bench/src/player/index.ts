/** Model players over one arrival record. Pure. Import as `Player`. */
export {
  CATCH_UP,
  type CatchUp,
  PLAYERS,
  type PlayerName,
  type PlayerOptions,
  playersFor,
  TARGETS_MS,
} from './options.js';
export { type Jump, type PlayerReport, play, type Skips, type Stall, type Watched } from './player.js';
