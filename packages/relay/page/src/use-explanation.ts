/** Asks the relay where the delay of one link or broadcast comes from, while it is shown. */
import { useEffect, useState } from 'preact/hooks';
import { type Explanation, parseExplanation } from './delay-parts.js';

const pollMs = 2_000;
const requestTimeoutMs = 5_000;

/** What is asked for. */
export interface Subject {
  readonly kind: 'link' | 'broadcast';
  readonly name: string;
}

/** The newest answer, undefined before the first and when there is none; `atSeconds` is when it came, Unix seconds here. */
export function useExplanation(subject: Subject | undefined): {
  readonly explanation: Explanation | undefined;
  readonly atSeconds: number;
} {
  const [state, setState] = useState<{ explanation: Explanation | undefined; atSeconds: number }>({
    explanation: undefined,
    atSeconds: 0,
  });
  const { kind, name } = subject ?? {};
  useEffect(() => {
    setState({ explanation: undefined, atSeconds: 0 });
    if (kind === undefined || name === undefined) return;
    const stopping = new AbortController();
    const run = async () => {
      while (!stopping.signal.aborted) {
        const explanation = await ask({ kind, name }, stopping.signal).catch(() => undefined);
        if (stopping.signal.aborted) return;
        setState({ explanation, atSeconds: Date.now() / 1_000 });
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    };
    void run();
    return () => stopping.abort();
  }, [kind, name]);
  return state;
}

async function ask({ kind, name }: Subject, signal: AbortSignal): Promise<Explanation> {
  const response = await fetch(`/explain.json?${kind}=${encodeURIComponent(name)}`, {
    cache: 'no-store',
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
  });
  if (!response.ok) throw new Error(`the relay answered ${response.status}`);
  return parseExplanation(await response.json());
}
