// What Stryker loads for the core: a sampler, and what marks the texts that are read by people alone.
import { type Mutant, sampleOf } from "./sample.ts";

/** As the checker of Stryker: a mutant that it does not pass is left out of the score. */
const sampler = {
  init: async () => {},
  /** All at once: a sample is drawn from the whole. */
  group: async (mutants: readonly Mutant[]) => [mutants.map(({ id }) => id)],
  check: async (mutants: readonly Mutant[]) => {
    const { MUTATION_SAMPLE: size = "", MUTATION_SEED: seed = "" } = process.env;
    const chosen = sampleOf(mutants, Number(size), seed);
    const verdict = ({ id }: Mutant) =>
      chosen.has(id) ? { status: "passed" } : { status: "compileError", reason: "not in the sample" };
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, verdict(mutant)]));
  },
};

/** The parts of the catalogues of denials, events and strategies that are printed in docs/ and decide nothing. */
const texts = ["doc", "means", "remedy", "says"];

type Path = {
  readonly node: { readonly type: string; readonly key?: { readonly type: string; readonly name?: string } };
};
const prose = {
  shouldIgnore: ({ node: { type, key } }: Path) =>
    type === "ObjectProperty" && key?.type === "Identifier" && texts.includes(key.name ?? "")
      ? "a text of a catalogue, for people to read"
      : undefined,
};

export const strykerPlugins = [
  { kind: "Checker", name: "sample", value: sampler },
  { kind: "Ignore", name: "prose", value: prose },
];
