/** What a run does over the link, by name. */
export const SCENARIOS = {
  live: 'one broadcast shaped like a real encode, from RTMP at the sender to HTTP-FLV at the receiver',
} as const;

/** Name of a scenario. */
export type ScenarioName = keyof typeof SCENARIOS;
