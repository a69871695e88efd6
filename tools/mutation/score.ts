// The mutation score of each folder of the core, and what is known of all of it.

export type Outcome = { readonly fileName: string; readonly status: string };
export type Score = {
  readonly folder: string;
  /** Of all mutants, those that were not drawn into the sample too. */
  readonly there: number;
  readonly run: number;
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  readonly noCoverage: number;
  /** (killed + timeout) ÷ run, in percent; of several folders weighted by their mutants; 100 where there are none. */
  readonly percent: number;
};

/** What the sampler says of a mutant that it leaves out: nothing else is asked whether a mutant compiles. */
const notDrawn = "CompileError";

/** Mutants with another status do not count: those of texts that people read, and those with which a file of tests cannot be loaded. */
function scoreOf(folder: string, outcomes: readonly Outcome[]): Score {
  const count = (status: string): number => outcomes.filter((outcome) => outcome.status === status).length;
  const [killed, timeout] = [count("Killed"), count("Timeout")];
  const [survived, noCoverage] = [count("Survived"), count("NoCoverage")];
  const run = killed + timeout + survived + noCoverage;
  const percent = run === 0 ? 100 : (100 * (killed + timeout)) / run;
  return { folder, there: run + count(notDrawn), run, killed, timeout, survived, noCoverage, percent };
}

/** One score for each folder of `src/core`, by name. */
export function scoresOf(outcomes: readonly Outcome[]): readonly Score[] {
  const folderOf = ({ fileName }: Outcome): string => /src\/core\/(\w+)/.exec(fileName)?.[1] ?? fileName;
  const each = [...Map.groupBy(outcomes, folderOf)].map(([folder, those]) => scoreOf(folder, those));
  return each.filter(({ run }) => run > 0).sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Of all these folders together. */
export function totalOf(scores: readonly Score[]): Score {
  const sum = (of: (score: Score) => number): number => scores.reduce((total, score) => total + of(score), 0);
  const there = sum((score) => score.there);
  return {
    folder: "all",
    there,
    run: sum(({ run }) => run),
    killed: sum(({ killed }) => killed),
    timeout: sum(({ timeout }) => timeout),
    survived: sum(({ survived }) => survived),
    noCoverage: sum(({ noCoverage }) => noCoverage),
    percent: there === 0 ? 100 : sum((score) => score.percent * score.there) / there,
  };
}

/**
 * Between what bounds the score of all mutants lies with 95 % confidence, in percent, where a sample of each folder was run: the variance of
 * a stratified sample (W. G. Cochran, Sampling Techniques, 1977, chapter 5), with two of each kind added to every folder, so that one without
 * survivors is not held to be certain (A. Agresti and B. A. Coull, Approximate is Better than Exact, 1998).
 */
export function boundsOf(scores: readonly Score[]): readonly [low: number, high: number] {
  const { there: all, percent } = totalOf(scores);
  const variance = scores.reduce((sum, { there, run, killed, timeout }) => {
    const share = (killed + timeout + 2) / (run + 4);
    return sum + (there / all) ** 2 * ((share * (1 - share)) / (run + 4)) * (1 - run / there);
  }, 0);
  const reach = 100 * 1.96 * Math.sqrt(variance);
  return [Math.max(0, percent - reach), Math.min(100, percent + reach)];
}

type Trial = {
  readonly status: string;
  /** Noticed or not while the tests are loaded: then all tests are tried. */
  readonly static?: boolean | undefined;
  readonly coveredBy?: readonly string[] | undefined;
  readonly testsCompleted?: number | undefined;
};

/** Whether a survivor was not tried by every test that reaches it: one whose name is another in the second run is not found again. */
export const isHalfTried = ({ status, static: always, coveredBy = [], testsCompleted = 0 }: Trial): boolean =>
  status === "Survived" && always !== true && testsCompleted < coveredBy.length;
