// One row of the conversation: a message, an album, a service line, or something on its way.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { formatted } from "./entities.js";
import { author, clock, fullName, iso, summary, tint } from "./format.js";
import { icon } from "./icons.js";
import { inlineKeyboard } from "./keyboard.js";
import { resolveLink } from "./links.js";
import { attachment, photos, previews } from "./media.js";
import { richBlocks, withRichPhoto } from "./rich.js";
import { fill } from "./strings.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Outgoing} Outgoing */
/** @typedef {import("./store.js").Store} Store */

/**
 * @typedef {object} Placement
 * @property {boolean} mine
 * @property {boolean} first  of a run of messages by one author
 * @property {boolean} last
 * @property {boolean} named  authors are shown, as in groups
 */

/**
 * @param {Message[]} messages  one message, or all of one album
 * @param {Placement} place
 * @param {Store} store
 * @returns {HTMLElement}
 */
export function messageRow(messages, place, store) {
  const { t } = store;
  const [message] = messages;
  const who = author(message, store.world);
  const rich = message.rich_message !== undefined;
  const texted = messages.find((each) => each.text ?? each.caption) ?? message;
  const body = texted.text ?? texted.caption;
  const pictures = photos(messages.map(withRichPhoto), who.name, t);
  const files = messages.filter((each) => !each.photo).map((each) => attachment(each, t));
  const stamp = meta(messages[messages.length - 1], place, store);
  const text =
    (body !== undefined || rich) &&
    h(
      "div",
      { class: rich ? "text blocks" : "text", dir: "auto", "data-part": "text" },
      rich
        ? richBlocks(message, t)
        : formatted(body ?? "", texted.entities ?? texted.caption_entities, t),
      stamp,
    );
  const bare = !text && pictures;
  const pending = new Set(store.current.taps.map((each) => each.key));
  const buttons = inlineKeyboard(messages[messages.length - 1], pending, t);
  const bubble = h(
    "div",
    { class: ["bubble", pictures && "pictured", bare && "bare", buttons && "keyed"].filter(Boolean).join(" ") },
    place.named && place.first && !place.mine && h("span", { class: "author", "data-tint": tint(who.id), "data-part": "author" }, who.name),
    message.receiver_user && h("span", { class: "only-you", "data-part": "only-you" }, t.onlyYou),
    message.reply_to_message && quote(message.reply_to_message, store),
    texted.show_caption_above_media && text,
    pictures,
    files,
    !texted.show_caption_above_media && text,
    !text && stamp,
    reactions(message),
    !body && !rich && !pictures && !files.some(Boolean) && h("em", { class: "fact" }, t.unsupported),
  );
  const crowd = !isPrivate(store) && leadsIn(message, store) && crowdKey(message, t);
  return row(message, place, who, h("div", { class: "stack" }, bubble, buttons, crowd), store);
}

/**
 * @param {Message} message
 * @param {Placement} place
 * @param {{id: number, name: string}} who
 * @param {HTMLElement} stack
 * @param {Store} store
 */
function row(message, place, who, stack, store) {
  const { t, language } = store;
  const leads = store.leads();
  const classes = ["row", place.mine ? "mine" : "theirs", place.first && "first", place.last && "last"];
  return h(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      "aria-label": `${who.name}, ${clock(message.date, language)}`,
      "data-testid": `message-${message.message_id}`,
      "data-message": message.message_id,
    },
    place.named && !place.mine && h("span", { class: "gutter", "data-part": "gutter" }, place.last && avatar(who.id, who.name, "small")),
    stack,
    h(
      "span",
      { class: "row-tools", "data-part": "tools" },
      place.mine && message.text !== undefined && tool("edit", message, t.edit),
      leads && tool("remove", message, t.remove),
      tool("reply", message, t.reply),
    ),
  );
}

/** @param {Store} store */
const isPrivate = (store) => store.chatId === store.personId;

/**
 * Whether one of the message's buttons starts the bot in the private chat of whoever presses it.
 * @param {Message} message
 * @param {Store} store
 */
function leadsIn(message, store) {
  const keys = message.reply_markup?.inline_keyboard?.flat() ?? [];
  return keys.some((each) => {
    const link = each.url === undefined ? null : resolveLink(each.url, store.world);
    return link?.kind === "start" && link.token !== "";
  });
}

/**
 * @param {Message} message
 * @param {Store["t"]} t
 */
const crowdKey = (message, t) =>
  h(
    "button",
    { type: "button", class: "crowd", "data-action": "crowd", "data-message": message.message_id, "data-part": "crowd", "data-testid": "crowd", title: t.crowdHint },
    t.crowd,
  );

/**
 * @param {"edit"|"reply"|"remove"} action
 * @param {Message} message
 * @param {string} label
 */
const tool = (action, message, label) =>
  h(
    "button",
    { type: "button", class: "row-tool", "data-action": action, "data-message": message.message_id, "aria-label": label, title: label },
    icon(action),
  );

/**
 * @param {Message} message
 * @param {Placement} place
 * @param {Store} store
 */
function meta(message, place, store) {
  const { t, language } = store;
  // Telegram does not mark a bot's edits; whoever plays here wants to see a card move.
  const card = message.edit_date !== undefined && leadsIn(message, store);
  const edited = message.sandbox?.edited && !message.from?.is_bot && !card;
  const time = clock(message.edit_date ?? 0, language);
  return h(
    "span",
    { class: "meta", "data-part": "meta" },
    edited && h("span", { class: "edited" }, t.edited),
    card && h("span", { class: "edited", "data-testid": "card-updated" }, fill(t.updatedAt, { time })),
    h("time", { datetime: iso(message.date) }, clock(message.date, language)),
    place.mine && h("span", { class: "tick" }, icon("check"), h("span", { class: "hidden" }, t.sent)),
  );
}

/**
 * @param {Message} original
 * @param {Store} store
 */
function quote(original, store) {
  const who = author(original, store.world);
  return h(
    "button",
    { type: "button", class: "quote", "data-action": "goto", "data-message": original.message_id, "data-tint": tint(who.id), "data-part": "quote" },
    h("span", { class: "quote-name" }, who.name),
    h("span", { class: "quote-text" }, summary(original, store.t)),
  );
}

/** @param {Message} message */
function reactions(message) {
  const shown = message.sandbox?.reactions ?? [];
  const emoji = shown.flatMap((each) => (each.emoji ? [h("span", {}, each.emoji)] : []));
  return emoji.length > 0 && h("span", { class: "reactions", "data-part": "reactions" }, emoji);
}

/**
 * What the person has sent and the sandbox has not yet stored.
 * @param {Outgoing} item
 * @param {Store} store
 */
export function outgoingRow(item, store) {
  const { t } = store;
  const failed = item.state === "failed";
  const stamp = h(
    "span",
    { class: "meta" },
    failed ? t.notSent : t.sending,
    icon(failed ? "warning" : "clock"),
  );
  const pictured = item.previews.length > 0;
  const bubble = h(
    "div",
    { class: pictured ? `bubble pictured ${item.text ? "" : "bare"}` : "bubble" },
    previews(item, t),
    item.text ? h("div", { class: "text", dir: "auto" }, item.text, stamp) : stamp,
  );
  const mend =
    failed &&
    h(
      "div",
      { class: "mend", role: "alert" },
      h("span", {}, item.error ?? t.notSent),
      h("button", { type: "button", class: "plain", "data-action": "retry", "data-id": item.id }, t.retry),
      h("button", { type: "button", class: "plain", "data-action": "discard", "data-id": item.id }, t.discard),
    );
  return h("article", { class: "row mine first last outgoing" }, h("div", { class: "stack" }, bubble, mend));
}

/**
 * What the bot is about to say; it goes when the message comes, or by itself.
 * @param {import("./store.js").Draft} draft
 * @param {Store} store
 */
export function draftRow(draft, { t }) {
  const text = h("div", { class: "text", dir: "auto" }, formatted(draft.text, draft.entities, t));
  const bubble = h("div", { class: "bubble draft", "data-testid": "draft" }, text);
  return h("article", { class: "row theirs first last" }, h("div", { class: "stack" }, bubble));
}

/**
 * The line for what happened to a group, or null for an ordinary message.
 * @param {Message} message
 * @param {Store} store
 * @returns {string|null}
 */
export function serviceText(message, { t, world }) {
  const names = message.new_chat_members?.map(fullName).join(", ");
  if (names) return fill(t.joined, { name: names });
  if (message.left_chat_member) return fill(t.left, { name: fullName(message.left_chat_member) });
  if (message.new_chat_title) return fill(t.renamed, { title: message.new_chat_title });
  if (message.group_chat_created || message.supergroup_chat_created) return t.groupCreated;
  if (message.channel_chat_created) return t.channelCreated;
  if (message.forum_topic_created) {
    return fill(t.topicOpened, { name: message.forum_topic_created.name });
  }
  if (message.pinned_message) return fill(t.pinned, { name: author(message, world).name });
  return null;
}

/**
 * @param {string} text
 * @param {"day"|"service"} kind
 * @param {string} [testId]
 */
export const pill = (text, kind, testId) =>
  h("div", { class: `pill-row ${kind}`, "data-testid": testId }, h("span", { class: "pill" }, text));
