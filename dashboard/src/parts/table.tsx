/** Rows of things. On a narrow screen columns of lower rank go; what they said stands in the row's details. */

import type { ComponentChildren } from "preact";

export interface Column<T> {
  name: string;
  cell: (row: T) => ComponentChildren;
  number?: boolean;
  rank?: 1 | 2 | 3; // 1 always, 2 from tablets, 3 from laptops
}

interface TableShape<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  href?: (row: T) => string;
  current?: string | undefined;
}

export function Table<T>({ label, columns, rows, keyOf, href, current }: TableShape<T>) {
  return (
    <section class="table-box" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={classOf(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={current === keyOf(row) ? "current" : undefined}>
              {columns.map((column, at) => (
                <td key={column.name} class={classOf(column)}>
                  {at === 0 && href ? (
                    <a class="row-link" href={href(row)}>
                      {column.cell(row)}
                    </a>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function classOf<T>(column: Column<T>): string {
  return `${column.number ? "number" : "text"} rank-${column.rank ?? 1}`;
}
