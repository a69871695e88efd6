// Whether the broker trades the symbols that somebody wrote: a misprint is found before it is stored.
import { type Fault, isCoded } from "../core/model/errors.ts";
import type { Asset } from "../ports/broker.ts";
import type { AssetLookup } from "./requestBudget.ts";

/** A symbol, and where it was written. */
export type WrittenSymbol = { readonly symbol: string; readonly path: string };

/** More symbols than this are looked up in the list of all, which is one request. */
const askedSingly = 5;

/** A fault for each symbol that the broker does not trade. Where it cannot be asked nothing is refused, and the warning says so. */
export async function checkSymbols(
  broker: AssetLookup,
  written: readonly WrittenSymbol[],
): Promise<{ readonly faults: readonly Fault[]; readonly warnings: readonly string[] }> {
  const symbols = [...new Set(written.map(({ symbol }) => symbol))].sort();
  try {
    const assets = symbols.length > askedSingly ? await broker.assets() : await askEach(broker, symbols);
    return { faults: written.flatMap((each) => faultOf(each, assets.get(each.symbol))), warnings: [] };
  } catch (failure) {
    if (!isCoded(failure)) throw failure;
    const warning = `the symbols ${listed(symbols)} are unchecked, because the broker could not be asked (${failure.message})`;
    return { faults: [], warnings: [warning] };
  }
}

async function askEach(broker: AssetLookup, symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
  const found = await Promise.all(symbols.map(async (symbol) => [symbol, await broker.asset(symbol)] as const));
  return new Map(found.flatMap(([symbol, asset]) => (asset === undefined ? [] : [[symbol, asset] as const])));
}

function faultOf({ symbol, path }: WrittenSymbol, asset: Asset | undefined): readonly Fault[] {
  if (asset?.tradable) return [];
  const message = asset === undefined ? `the broker trades no "${symbol}"` : `the broker does not trade ${symbol} now`;
  return [{ path, message }];
}

const listed = (symbols: readonly string[]): string =>
  symbols.length <= 5 ? symbols.join(", ") : `${symbols.slice(0, 5).join(", ")} and ${symbols.length - 5} more`;
