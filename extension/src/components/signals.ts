import type { ISignal } from '@lumino/signaling';
import { useEffect, useLayoutEffect, useReducer, useState } from 'react';

/** Renders the component again whenever the signal is emitted. */
export function useChanges<Sender, Args>(signal: ISignal<Sender, Args>): void {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => {
    const onChange = (): void => renderAgain();
    signal.connect(onChange);
    return () => {
      signal.disconnect(onChange);
    };
  }, [signal]);
}

/** The current time in milliseconds, updated every `interval` milliseconds while the component is shown. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
