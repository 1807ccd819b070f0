// Where a link leads: inside this sandbox, to the web, or nowhere.

/** @typedef {import("./types.js").World} World */

/**
 * @typedef {{kind: "web", url: string} | {kind: "bot"} | {kind: "start", token: string}
 *   | {kind: "chat", chatId: number} | {kind: "outside"}} Link
 */

const WEB = new Set(["http:", "https:", "mailto:", "tel:"]);
const TELEGRAM_HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);

/**
 * The address to put into an anchor, or null for schemes that could run code.
 * @param {string|undefined} text
 * @returns {string|null}
 */
export function safeUrl(text) {
  const url = parse(text);
  return url && (WEB.has(url.protocol) || url.protocol === "tg:") ? url.href : null;
}

/**
 * Telegram accepts addresses without a scheme, such as `example.com/page`.
 * @param {string|undefined} text
 */
function parse(text) {
  if (!text) return null;
  const whole = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text) ? text : `https://${text}`;
  try {
    return new URL(whole);
  } catch {
    return null;
  }
}

/**
 * @param {string} text
 * @param {World} world
 * @returns {Link}
 */
export function resolveLink(text, world) {
  const url = parse(text);
  if (!url || safeUrl(text) === null) return { kind: "outside" };
  if (url.protocol === "tg:") {
    return resolveName(url.searchParams.get("domain") ?? "", url.searchParams, world);
  }
  if (!TELEGRAM_HOSTS.has(url.hostname)) return { kind: "web", url: url.href };
  return resolveName(url.pathname.split("/")[1] ?? "", url.searchParams, world);
}

/**
 * @param {string} name
 * @param {URLSearchParams} query
 * @param {World} world
 * @returns {Link}
 */
function resolveName(name, query, world) {
  const wanted = name.replace(/^@/, "").toLowerCase();
  if (wanted && wanted === world.bot.username?.toLowerCase()) {
    const token = query.get("start");
    return token === null ? { kind: "bot" } : { kind: "start", token };
  }
  const chat = world.chats.find(
    (each) => each.type !== "private" && each.username?.toLowerCase() === wanted,
  );
  return wanted && chat ? { kind: "chat", chatId: chat.id } : { kind: "outside" };
}
