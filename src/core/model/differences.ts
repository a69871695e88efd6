// What differs between two values as JSON, and which of it loosens a risk limit.

/** One value that differs, by its path in the whole; undefined where it is absent. */
export type Difference = {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** More may be traded, or less is watched for, than before. */
  readonly loosens: boolean;
};
