// Rich messages: paragraphs, tables and photos instead of a text.

import { h } from "./dom.js";
import { found, wrap } from "./entities.js";

/** @typedef {import("./types.js").RichText} RichText */
/** @typedef {import("./types.js").RichBlock} RichBlock */
/** @typedef {import("./types.js").RichCell} RichCell */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./strings.js").Strings} Strings */

/**
 * @param {Message} message
 * @param {Strings} t
 * @returns {Node[]} everything but its photos
 */
export function richBlocks(message, t) {
  return (message.rich_message?.blocks ?? []).flatMap((block) => {
    if (block.type === "paragraph") return [h("p", { dir: "auto" }, richText(block.text ?? "", t))];
    if (block.type === "table") return [table(block, t)];
    return [];
  });
}

/**
 * Its photo as those of a message, which the timeline knows how to draw.
 * @param {Message} message
 * @returns {Message}
 */
export function withRichPhoto(message) {
  const block = message.rich_message?.blocks.find((each) => each.type === "photo");
  return block ? { ...message, photo: block.photo } : message;
}

/**
 * @param {Message} message
 * @returns {string} its first words, for previews
 */
export function richSummary(message) {
  const words = (message.rich_message?.blocks ?? []).map((block) => plainText(block.text ?? ""));
  return words.filter(Boolean).join(" ");
}

/**
 * @param {RichText} text
 * @returns {string}
 */
function plainText(text) {
  if (typeof text === "string") return text;
  return Array.isArray(text) ? text.map(plainText).join("") : plainText(text.text);
}

/**
 * @param {RichText} text
 * @param {Strings} t
 * @returns {Node[]}
 */
function richText(text, t) {
  if (typeof text === "string") return found(text);
  if (Array.isArray(text)) return text.flatMap((each) => richText(each, t));
  const type = text.type === "url" ? "text_link" : text.type;
  return [wrap({ ...text, type, offset: 0, length: 0 }, "", richText(text.text, t), t)];
}

/**
 * @param {RichBlock} block
 * @param {Strings} t
 */
function table(block, t) {
  const classes = ["rich", block.is_striped && "striped", block.is_compact && "compact"];
  return h(
    "table",
    { class: classes.filter(Boolean).join(" "), "data-part": "table" },
    (block.cells ?? []).map((row) => h("tr", {}, row.map((each) => cell(each, t)))),
  );
}

/**
 * @param {RichCell} each
 * @param {Strings} t
 */
const cell = (each, t) =>
  h(
    each.is_header ? "th" : "td",
    { colspan: each.colspan, class: each.align, dir: "auto" },
    richText(each.text ?? "", t),
  );
