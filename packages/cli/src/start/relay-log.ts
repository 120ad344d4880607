/** A relay's log (pino JSON) as lines for a person. */

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};
const OWN_KEYS = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'name', 'relay']);

/** `edge: warning: UDP buffers are small (wanted=4194304 granted=425984)`; a line that is not JSON stays as it is. */
export function describeLogLine(relayName: string, line: string): string {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return `${relayName}: ${line}`;
  }
  if (typeof record !== 'object' || record === null) return `${relayName}: ${line}`;
  const { level, msg, ...rest } = record as { level?: number; msg?: string };
  const fields = Object.entries(rest)
    .filter(([key]) => !OWN_KEYS.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`);
  const word = level === undefined || level === 30 ? '' : `${LEVELS[level] ?? level}: `;
  return `${relayName}: ${word}${msg ?? ''}${fields.length > 0 ? ` (${fields.join(' ')})` : ''}`;
}
