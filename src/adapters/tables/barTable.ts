// Closed daily bars that processes keep for one another: a row a symbol, whose place the next day's takes, so that the table does not grow.
import { z } from "zod";
import { barSeriesSchema, encodeSeries } from "../../core/model/market.ts";
import { instant } from "../../core/model/parse.ts";
import type { BarCache, BarKey, KeptBars } from "../../ports/barCache.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type Table, type Write } from "./table.ts";

export const barTableName = "TradewindBars";

/** More symbols than this are read together with what lies between them. */
const readSingly = 20;
/** Rows of one transaction, which may be 4 MiB: histories of ten years fit. */
const rowsAWrite = 25;

const keptBars = z.object({ from: instant, series: barSeriesSchema });

const partitionOf = ({ timeframe, feed, adjustment }: BarKey): string => `${timeframe}_${feed}_${adjustment}`;

export const createBarCache = (table: Table): BarCache => ({
  read: async (key, symbols) => {
    const [partitionKey, { day }, wanted] = [partitionOf(key), key, [...symbols].sort()];
    const [from, to] = [wanted[0], wanted.at(-1)];
    if (from === undefined || to === undefined) return [];
    const names = new Set(wanted);
    const rows =
      wanted.length > readSingly
        ? await table.query({ partitionKey, from, to, where: { day } })
        : await Promise.all(wanted.map((symbol) => table.get(partitionKey, symbol)));
    return rows.flatMap((row): readonly KeptBars[] =>
      row?.columns.day === day && names.has(row.rowKey) ? [readRow(barTableName, row, keptBars)] : [],
    );
  },
  write: async (key, bars) => {
    const writes = bars.map(({ from, series }): Write => {
      const row = { partitionKey: partitionOf(key), rowKey: series.symbol, columns: columnsOf({ day: key.day }) };
      return { kind: "put", row: { ...row, payload: { from, series: encodeSeries(series) } } };
    });
    await Promise.all(
      Array.from({ length: Math.ceil(writes.length / rowsAWrite) }, (_, index) =>
        table.writeAll(writes.slice(index * rowsAWrite, (index + 1) * rowsAWrite)),
      ),
    );
  },
  forget: async (key, symbols) => {
    await Promise.all(symbols.map((symbol) => table.delete(partitionOf(key), symbol)));
  },
});
