// A list of any length: the gateway sends it page by page, and only the rows in sight are in the
// document. Scrolling near the end asks for the next page.
import { Button, Center, Group, Loader, Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';

export interface Column<Item> {
  /** Empty: a column of actions, at the right. */
  name: string;
  /** As in grid-template-columns: "2fr", "160px". */
  width: string;
  cell: (item: Item) => ReactNode;
}

interface Pages<Item> {
  data: { pages: { items: Item[] }[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  hasChanged: boolean;
  renew: () => void;
}

interface Properties<Item> {
  label: string;
  columns: Column<Item>[];
  pages: Pages<Item>;
  keyOf: (item: Item) => string | number;
  /** How many there are on all pages, where the gateway says so. */
  total?: number;
  empty: ReactNode;
  /** A guess in pixels, for rows not yet seen. */
  rowHeight?: number;
}

const early = 20; // rows before the end at which the next page is asked for

/** Where the element stands in the document, also after what is above it changed. */
function usePlace(element: React.RefObject<HTMLDivElement | null>): number {
  const [place, setPlace] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const box = element.current?.getBoundingClientRect();
      if (box) setPlace(Math.round(box.top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return place;
}

export function LongList<Item>({
  label,
  columns,
  pages,
  keyOf,
  total,
  empty,
  rowHeight = 64,
}: Properties<Item>) {
  const body = useRef<HTMLDivElement>(null);
  const scrollMargin = usePlace(body);
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin,
    getItemKey: (place) => {
      const item = items[place];
      return item === undefined ? place : keyOf(item);
    },
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const wantsMore = hasNextPage && !isFetchingNextPage && last >= items.length - early;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);

  if (pages.data !== undefined && items.length === 0) return <div className="card">{empty}</div>;
  const grid = { '--columns': columns.map(({ width }) => width).join(' ') } as CSSProperties;
  const sideOf = (name: string) => (name === '' ? 'end' : undefined);
  return (
    <div className="card flush list">
      <div role="status">
        {pages.hasChanged && (
          <Group className="changed" justify="space-between" gap="sm">
            <Text>This list has changed since.</Text>
            <Button size="compact-md" variant="default" onClick={pages.renew}>
              Show it as it is now
            </Button>
          </Group>
        )}
      </div>
      <div
        className="rows"
        role="table"
        aria-label={label}
        aria-rowcount={(total ?? items.length) + 1}
        style={grid}
      >
        <div role="rowgroup">
          <div role="row" className="head" aria-rowindex={1}>
            {columns.map(({ name }) => (
              <div role="columnheader" key={name} className={sideOf(name)}>
                {name || <span className="hidden-text">Actions</span>}
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          className="body"
          ref={body}
          style={{ height: rows.getTotalSize(), position: 'relative' }}
        >
          {shown.map(({ index, key, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              <div
                role="row"
                key={key}
                aria-rowindex={index + 2}
                data-index={index}
                ref={rows.measureElement}
                style={{
                  position: 'absolute',
                  top: 0,
                  left: 0,
                  right: 0,
                  transform: `translateY(${start - scrollMargin}px)`,
                }}
              >
                {columns.map(({ name, cell }) => (
                  <div role="cell" key={name} className={sideOf(name)}>
                    {cell(item)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {hasNextPage && (
        <Center p="md" style={{ borderTop: '1px solid var(--line)' }}>
          {isFetchingNextPage ? (
            <Loader size="sm" aria-label="Loading more" />
          ) : (
            <Button variant="default" onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          )}
        </Center>
      )}
    </div>
  );
}
