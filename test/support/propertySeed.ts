// Property tests try the same cases at every run, so that one that fails was broken by a change; PROPERTY_SEED=random looks further.
import fc from "fast-check";

const given = process.env.PROPERTY_SEED ?? "1";
if (given !== "random") fc.configureGlobal({ seed: Number(given) });
