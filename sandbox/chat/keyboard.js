// Inline keyboards under a message, and the reply keyboard above the composer.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { safeUrl } from "./links.js";
import { tapKey } from "./taps.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Button} Button */
/** @typedef {import("./strings.js").Strings} Strings */

/**
 * @param {Message} message
 * @param {Set<string>} pending  keys of taps that wait for an answer
 * @param {Strings} t
 */
export function inlineKeyboard(message, pending, t) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h(
    "div",
    { class: "keyboard", role: "group", "aria-label": t.menu, "data-part": "keyboard" },
    rows.map((row, y) =>
      h(
        "div",
        { class: "keyboard-row" },
        row.map((button, x) => key(button, message.message_id, x, y, pending, t)),
      ),
    ),
  );
}

/**
 * @param {Button} button
 * @param {number} messageId
 * @param {number} x
 * @param {number} y
 * @param {Set<string>} pending
 * @param {Strings} t
 */
function key(button, messageId, x, y, pending, t) {
  const url = safeUrl(button.url ?? button.web_app?.url ?? button.login_url?.url);
  const common = { class: "key", "data-testid": "button", "data-style": button.style };
  const label = h("span", { class: "key-text" }, button.text);
  if (url) {
    return h(
      "a",
      { ...common, href: url, target: "_blank", rel: "noopener noreferrer", title: t.opensNewTab, "data-part": "link" },
      label,
      icon("external"),
    );
  }
  const busy =
    button.callback_data !== undefined && pending.has(tapKey(messageId, button.callback_data));
  return h(
    "button",
    {
      ...common,
      type: "button",
      "data-action": "tap",
      "data-message": messageId,
      "data-x": x,
      "data-y": y,
      "data-part": "key",
      "aria-busy": busy ? "true" : null,
      disabled: button.disabled !== undefined,
      title: button.copy_text ? t.copies : null,
    },
    label,
    button.copy_text && icon("copy"),
    busy && h("span", { class: "spinner", "aria-hidden": "true" }),
  );
}

/**
 * The reply keyboard in force: the newest one that the bot has shown and not taken away.
 * @param {Message[]} messages  oldest first
 * @param {number} personId
 * @returns {string[][]}
 */
export function replyKeyboard(messages, personId) {
  let used = false;
  for (const message of [...messages].reverse()) {
    const markup = message.sandbox?.reply_keyboard ?? message.reply_markup;
    if (message.sandbox?.mine === personId) used = true;
    if (markup?.remove_keyboard) return [];
    if (!markup?.keyboard) continue;
    if (markup.one_time_keyboard && used) return [];
    return markup.keyboard.map((row) =>
      row.map((each) => (typeof each === "string" ? each : each.text)),
    );
  }
  return [];
}
