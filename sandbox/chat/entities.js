// Telegram's formatting: entities with UTF-16 offsets become nested elements.

import { h } from "./dom.js";
import { safeUrl } from "./links.js";

/** @typedef {import("./types.js").Entity} Entity */
/** @typedef {import("./strings.js").Strings} Strings */

const LITERAL = new Set(["code", "pre", "url", "text_link", "bot_command", "mention"]);
const FOUND = /(https?:\/\/[^\s<>"“”「」，。；！]+[^\s<>"“”「」，。；！.,;:!?)\]])|((?<![\w/@.])\/[a-z][a-z0-9_]{0,31}\b(?:@\w{5,32}\b)?)|((?<![\w@./])@[a-z]\w{3,31}\b)/gi;

/**
 * JavaScript strings count in UTF-16 units as Telegram does, so offsets are string indexes.
 * @param {string} text
 * @param {Entity[]|undefined} entities
 * @param {Strings} t
 * @returns {Node[]}
 */
export function formatted(text, entities, t) {
  const ordered = [...(entities ?? [])]
    .filter((each) => each.length > 0 && each.offset >= 0 && each.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, 0, text.length, ordered, t, false);
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {Entity[]} entities  ordered, all beginning at or after `start`
 * @param {Strings} t
 * @param {boolean} literal  inside code or a link, where nothing more is looked for
 * @returns {Node[]}
 */
function span(text, start, end, entities, t, literal) {
  /** @type {Node[]} */
  const nodes = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (from > at) nodes.push(...plain(text.slice(at, from), literal));
    const inner = others.filter((each) => each.offset < to);
    rest = others.filter((each) => each.offset >= to);
    if (to <= from) continue;
    const content = span(text, from, to, inner, t, literal || LITERAL.has(entity.type));
    nodes.push(wrap(entity, text.slice(from, to), content, t));
    at = to;
  }
  if (at < end) nodes.push(...plain(text.slice(at, end), literal));
  return nodes;
}

/**
 * The same where nothing is marked.
 * @param {string} text
 */
export const found = (text) => plain(text, false);

/**
 * Addresses, commands and mentions that the sender did not mark, as Telegram finds them.
 * @param {string} text
 * @param {boolean} literal
 * @returns {Node[]}
 */
function plain(text, literal) {
  if (literal) return [document.createTextNode(text)];
  /** @type {Node[]} */
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(FOUND)) {
    const [whole, url, command] = match;
    if (match.index > at) nodes.push(document.createTextNode(text.slice(at, match.index)));
    if (url) nodes.push(link(url, [whole]));
    else if (command) nodes.push(commandButton(whole));
    else nodes.push(link(`https://t.me/${whole.slice(1)}`, [whole]));
    at = match.index + whole.length;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

/**
 * @param {Entity} entity
 * @param {string} raw
 * @param {Node[]} content
 * @param {Strings} t
 * @returns {Node}
 */
export function wrap(entity, raw, content, t) {
  switch (entity.type) {
    case "bold":
      return h("strong", {}, content);
    case "italic":
      return h("em", {}, content);
    case "underline":
      return h("u", {}, content);
    case "strikethrough":
      return h("s", {}, content);
    case "code":
      return h("code", { "data-action": "copy", tabindex: 0, role: "button" }, content);
    case "pre":
      return h("pre", { tabindex: 0 }, h("code", { "data-language": entity.language }, content));
    case "spoiler":
      return h(
        "span",
        { class: "spoiler", "data-action": "spoiler", tabindex: 0, role: "button", "aria-label": t.hiddenText },
        h("span", { class: "spoiler-text" }, content),
      );
    case "blockquote":
      return h("blockquote", {}, content);
    case "date_time":
      return moment(entity, content);
    case "expandable_blockquote":
      return expandable(content, t);
    case "url":
      return link(raw, content);
    case "text_link":
      return link(entity.url, content);
    case "email":
      return link(`mailto:${raw}`, content);
    case "phone_number":
      return link(`tel:${raw.replace(/[^\d+]/g, "")}`, content);
    case "mention":
      return link(`https://t.me/${raw.slice(1)}`, content);
    case "bot_command":
      return commandButton(raw);
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return h("span", { class: "tag" }, content);
    default:
      return h("span", {}, content);
  }
}

/**
 * A moment in the reader's own time; what the bot wrote stays as its title.
 * @param {Entity} entity
 * @param {Node[]} content
 */
function moment(entity, content) {
  const at = new Date((entity.unix_time ?? 0) * 1000);
  const form = entity.date_time_format ?? "";
  const written = content.map((each) => each.textContent).join("");
  if (!form || form === "r") return h("time", { datetime: at.toISOString() }, content);
  /** @type {Intl.DateTimeFormatOptions} */
  const shown = {};
  if (form.includes("w")) shown.weekday = "short";
  if (form.includes("D")) Object.assign(shown, { month: "short", day: "numeric" });
  if (form.includes("d")) Object.assign(shown, { month: "2-digit", day: "2-digit" });
  if (/t/i.test(form)) Object.assign(shown, { hour: "2-digit", minute: "2-digit" });
  const text = new Intl.DateTimeFormat(document.documentElement.lang || undefined, shown).format(at);
  return h("time", { datetime: at.toISOString(), title: written }, text);
}

/**
 * @param {Node[]} content
 * @param {Strings} t
 */
const expandable = (content, t) =>
  h(
    "blockquote",
    { class: "expandable" },
    h("div", { class: "fold" }, content),
    h("button", { type: "button", class: "fold-more", "data-action": "unfold" }, t.showMore),
    h("button", { type: "button", class: "fold-less", "data-action": "unfold" }, t.showLess),
  );

/** @param {string} command */
const commandButton = (command) =>
  h("button", { type: "button", class: "inline-command", "data-action": "command" }, command);

/**
 * @param {string|undefined} url
 * @param {(Node|string)[]} content
 * @returns {Node}
 */
function link(url, content) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, content);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, content);
}
