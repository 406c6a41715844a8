// Gathers what arrives in bursts, and acts on it once: at once when it was quiet before, else when
// the pause is over.

export interface Gatherer<Item> {
  add: (item: Item) => void;
  stop: () => void;
}

export function gather<Item>(act: (items: ReadonlySet<Item>) => void, pause: number): Gatherer<Item> {
  let items = new Set<Item>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (items.size === 0) return;
    const gathered = items;
    items = new Set();
    timer = setTimeout(flush, pause);
    act(gathered);
  };
  return {
    add: (item) => {
      items.add(item);
      if (timer === undefined) flush();
    },
    stop: () => clearTimeout(timer),
  };
}
