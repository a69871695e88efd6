// Property tests try the same cases at every run, so that one that fails was broken by a change; PROPERTY_SEED=random looks further.
// PROPERTY_RUNS tries so many where a test does not say how many, and leaves a failing case as it was found: for many runs, one a mutant.
import fc from "fast-check";

const { PROPERTY_SEED: seed = "1", PROPERTY_RUNS: runs } = process.env;
fc.configureGlobal({
  ...(seed === "random" ? {} : { seed: Number(seed) }),
  ...(runs === undefined ? {} : { numRuns: Number(runs), endOnFailure: true }),
});
