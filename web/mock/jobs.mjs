// Long work with progress, told over the event stream.
import { at } from './findings.mjs';

export function tell(world, event, data) {
  for (const { response, account } of world.streams) {
    if (!data.account || data.account === account)
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

const steps = ['looking up', 'connecting', 'asking for STARTTLS', 'verifying the certificate'];

/** `items`: {name, result: () => {domain} or {route}}; `done` runs when all have ended. */
export function startJob(call, kind, items, done = () => undefined, each = () => undefined) {
  const { world } = call;
  const id = `j${++world.nextId}`;
  const job = {
    id,
    kind,
    state: 'running',
    done: 0,
    total: items.length,
    started: at(0),
    items: items.map(({ name }) => ({
      name,
      done: false,
      step: 'waiting',
      domain: null,
      route: null,
      failure: null,
    })),
  };
  world.jobs.set(id, job);
  items.forEach(({ result }, n) => {
    const pause = (300 + 250 * (n % 7)) * world.pace;
    steps.forEach((step, k) =>
      setTimeout(
        () => {
          if (job.state !== 'running') return;
          job.items[n].step = step;
          tell(world, 'job', job);
        },
        pause * (k + 0.2),
      ),
    );
    setTimeout(() => {
      if (job.state !== 'running') return;
      const found = result();
      Object.assign(job.items[n], found, { done: true, step: '' });
      job.done += 1;
      each(found, n);
      if (job.done === job.total) {
        job.state = 'done';
        done(job);
      }
      tell(world, 'job', job);
    }, pause * 4.4);
  });
  if (items.length === 0) {
    job.state = 'done';
    done(job);
  }
  return structuredClone(job);
}
