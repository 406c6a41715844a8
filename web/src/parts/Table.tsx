// A table of moderate length; on a phone every row is a card whose cells say their column.
import type { ReactNode } from 'react';

export interface Row {
  key: string | number;
  cells: ReactNode[];
}

interface Properties {
  /** What the table is about, for readers. */
  label: string;
  /** An empty name: a column of actions, at the right. */
  columns: string[];
  rows: Row[];
  /** Shown instead when there is no row. */
  empty?: ReactNode;
  /** The names of the columns are short, and what stands in them is long. */
  short?: boolean;
}

export function Table({ label, columns, rows, empty, short = false }: Properties) {
  if (rows.length === 0 && empty !== undefined) return <div className="card">{empty}</div>;
  return (
    <div className="card flush">
      {/* Roles by name: a table shown as blocks would lose them. */}
      <table className={short ? 'table short' : 'table'} role="table">
        <caption className="hidden-text">{label}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((name, place) => (
              <th
                key={name || place}
                scope="col"
                role="columnheader"
                className={name === '' ? 'end' : undefined}
              >
                {name || <span className="hidden-text">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ key, cells }) => (
            <tr key={key} role="row">
              {cells.map((cell, place) => (
                <td
                  key={place}
                  role="cell"
                  data-label={columns[place]}
                  className={columns[place] === '' ? 'end' : undefined}
                >
                  <div>{cell}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
