// A moment as people say it, with the exact one on hover and for readers.
import { useEffect, useState } from 'react';

import { agoText, momentText } from './words';

export function Ago({ time }: { time: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={momentText(time)}>
      {agoText(time, now)}
    </time>
  );
}

export function Moment({ time }: { time: string }) {
  return <time dateTime={time}>{momentText(time)}</time>;
}
