// The mutation score of each folder of the core, and of all.

export type Outcome = { readonly fileName: string; readonly status: string };
export type Score = {
  readonly folder: string;
  readonly mutants: number;
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  readonly noCoverage: number;
  /** (killed + timeout) ÷ mutants, in percent; 100 where there are none. */
  readonly percent: number;
};

/** Mutants with another status do not count: those outside a sample, those of texts, and those that cannot be run. */
function scoreOf(folder: string, outcomes: readonly Outcome[]): Score {
  const count = (status: string): number => outcomes.filter((outcome) => outcome.status === status).length;
  const [killed, timeout] = [count("Killed"), count("Timeout")];
  const [survived, noCoverage] = [count("Survived"), count("NoCoverage")];
  const mutants = killed + timeout + survived + noCoverage;
  const percent = mutants === 0 ? 100 : (100 * (killed + timeout)) / mutants;
  return { folder, mutants, killed, timeout, survived, noCoverage, percent };
}

/** One score for each folder of `src/core`, by name, and the last for all of them. */
export function scores(outcomes: readonly Outcome[]): readonly Score[] {
  const folderOf = ({ fileName }: Outcome): string => /src\/core\/(\w+)/.exec(fileName)?.[1] ?? fileName;
  const byFolder = Map.groupBy(outcomes, folderOf);
  const each = [...byFolder].map(([folder, those]) => scoreOf(folder, those));
  const counted = each.filter(({ mutants }) => mutants > 0).sort((a, b) => (a.folder < b.folder ? -1 : 1));
  return [...counted, scoreOf("all", outcomes)];
}

/**
 * Where the score of all mutants lies with 95 % confidence, in percent, when that of a random sample of them is known: Wilson's interval
 * (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927).
 */
export function interval({ mutants, percent }: Score): readonly [low: number, high: number] {
  if (mutants === 0) return [0, 100];
  const z = 1.96;
  const share = percent / 100;
  const middle = share + z ** 2 / (2 * mutants);
  const reach = z * Math.sqrt((share * (1 - share)) / mutants + z ** 2 / (4 * mutants ** 2));
  const scale = 100 / (1 + z ** 2 / mutants);
  return [(middle - reach) * scale, (middle + reach) * scale];
}
