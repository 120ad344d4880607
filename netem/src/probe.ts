/** What this host can do. */

/** What carries packets between the ends. Results of different backends are never compared. */
export type Backend = 'router' | 'tc';
