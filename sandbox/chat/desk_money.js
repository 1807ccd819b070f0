// Money at the desk: integer fen, read from and written as yuan without going through fractions.

/**
 * @param {number} fen
 * @returns {string} such as "11.96"
 */
export function yuan(fen) {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const rest = String(Math.abs(fen) % 100).padStart(2, "0");
  return `${fen < 0 ? "-" : ""}${whole}.${rest}`;
}

/**
 * @param {string} text  yuan as a person types them
 * @returns {number|null} fen, or null for what is no amount
 */
export function asFen(text) {
  const match = /^([+\-−]?)\s*[¥￥]?\s*(\d{1,8})(?:[.。,](\d{1,2}))?$/.exec(text.normalize("NFKC").trim());
  if (!match) return null;
  const [, sign, whole, rest = ""] = match;
  const fen = Number(whole) * 100 + Number(rest.padEnd(2, "0"));
  return sign === "-" || sign === "−" ? -fen : fen;
}
