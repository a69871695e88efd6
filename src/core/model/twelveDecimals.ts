// Fractions to twelve decimals: all that a weight means, without the tails of binary fractions.

const scale = 1e12;
/** Whole numbers below it are exact. */
const tooLarge = 2 ** 52;

/**
 * The very number that the text of `value` to twelve decimals stands for. Dividing two exact whole numbers rounds as reading a decimal does;
 * only where the multiple is so near a half that its own rounding could have moved it is the text itself asked. Never −0, which JSON does not
 * know.
 */
export function twelveDecimals(value: number): number {
  const multiple = value * scale;
  const whole = Math.round(multiple);
  const isSure = Math.abs(multiple) < tooLarge && Math.abs(multiple - whole) < 0.49;
  return (isSure ? whole / scale : Number(value.toFixed(12))) + 0;
}
