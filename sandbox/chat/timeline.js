// The scrolling conversation: rows are reconciled by key, and the view follows the newest message
// only for a person who is already looking at it.

import { draftRow, messageRow, outgoingRow, pill, serviceText } from "./bubble.js";
import { byId, morph } from "./dom.js";
import { author, day, dayKey } from "./format.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {{key: string, node: HTMLElement}} Row */

const RUN_SECONDS = 300;
const NEAR_BOTTOM_PX = 90;

export class Timeline {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.scroller = byId("scroller");
    this.list = byId("timeline");
    this.downButton = byId("scroll-down");
    this.downCount = byId("scroll-count");
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    this.chatId = 0;
    this.pinned = true;
    this.lastSeenId = 0;
    this.lastOutgoing = 0;
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.downButton.addEventListener("click", () => this.toBottom(true));
    // Pictures, edits and the on-screen keyboard change heights after a row was placed.
    const observer = new ResizeObserver(() => this.pinned && this.toBottom(false));
    observer.observe(this.list);
    observer.observe(this.scroller);
    store.on(["chat", "selection", "world"], () => this.render());
  }

  render() {
    const { store } = this;
    const changedChat = store.chatId !== this.chatId;
    if (changedChat) {
      this.chatId = store.chatId;
      this.rows.clear();
      this.list.replaceChildren();
      this.pinned = true;
    }
    const messages = store.seen;
    const newest = messages.at(-1);
    const stored = newest?.sandbox?.mine === store.personId && newest.message_id > this.lastSeenId;
    const outgoing = store.current.outbox.at(-1)?.id ?? 0;
    const wrote = stored || outgoing > this.lastOutgoing;
    this.lastOutgoing = Math.max(this.lastOutgoing, outgoing);
    this.list.setAttribute("aria-busy", String(!store.current.loaded));
    this.place([...this.messageRows(messages), ...this.outgoingRows(), ...this.draftRows()]);
    if (this.pinned || changedChat || wrote) this.toBottom(false);
    this.showDown();
  }

  /**
   * @param {Message[]} messages
   * @returns {Row[]}
   */
  messageRows(messages) {
    const { store } = this;
    /** @type {Row[]} */
    const rows = [];
    const groups = grouped(messages);
    groups.forEach((group, index) => {
      const [message] = group;
      const before = groups[index - 1]?.[0];
      const after = groups[index + 1]?.[0];
      if (!before || dayKey(before.date) !== dayKey(message.date)) {
        const text = day(message.date, store.language, store.t);
        rows.push({ key: `day-${dayKey(message.date)}`, node: pill(text, "day") });
      }
      const service = serviceText(message, store);
      const id = `message-${message.message_id}`;
      const node =
        service === null
          ? messageRow(group, this.placement(message, before, after), store)
          : pill(service, "service", id);
      rows.push({ key: id, node });
    });
    return rows;
  }

  /**
   * @param {Message} message
   * @param {Message|undefined} before
   * @param {Message|undefined} after
   */
  placement(message, before, after) {
    const { store } = this;
    const runsOn = (/** @type {Message|undefined} */ a, /** @type {Message|undefined} */ b) =>
      a !== undefined &&
      b !== undefined &&
      author(a, store.world).id === author(b, store.world).id &&
      Math.abs(b.date - a.date) < RUN_SECONDS &&
      dayKey(a.date) === dayKey(b.date) &&
      serviceText(a, store) === null &&
      serviceText(b, store) === null;
    const { type } = store.chat;
    return {
      mine: message.sandbox?.mine === store.personId && !message.sender_chat,
      first: !runsOn(before, message),
      last: !runsOn(message, after),
      named: type === "group" || type === "supergroup",
    };
  }

  /** @returns {Row[]} */
  outgoingRows() {
    const { store } = this;
    return store.current.outbox
      .filter((item) => item.from === store.personId)
      .map((item) => ({ key: `out-${item.id}`, node: outgoingRow(item, store) }));
  }

  /** @returns {Row[]} */
  draftRows() {
    const draft = this.store.current.botDraft;
    return draft ? [{ key: `draft-${draft.id}`, node: draftRow(draft, this.store) }] : [];
  }

  /** @param {Row[]} wanted */
  place(wanted) {
    const keys = new Set(wanted.map((row) => row.key));
    for (const [key, node] of this.rows) {
      if (keys.has(key)) continue;
      node.remove();
      this.rows.delete(key);
    }
    wanted.forEach(({ key, node }, index) => {
      const have = this.rows.get(key);
      if (have && have.nodeName === node.nodeName) morph(have, node);
      else {
        have?.remove();
        this.rows.set(key, node);
      }
      const placed = /** @type {HTMLElement} */ (this.rows.get(key));
      if (this.list.children[index] !== placed) {
        this.list.insertBefore(placed, this.list.children[index] ?? null);
      }
    });
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    this.showDown();
  }

  showDown() {
    const newest = this.store.current.newest()?.message_id ?? 0;
    if (this.pinned) this.lastSeenId = newest;
    const missed = this.store.seen.filter((each) => each.message_id > this.lastSeenId);
    this.downButton.hidden = this.pinned;
    this.downCount.hidden = missed.length === 0;
    this.downCount.textContent = String(missed.length);
  }

  /** @param {boolean} smoothly */
  toBottom(smoothly) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({
      top: this.scroller.scrollHeight,
      behavior: smoothly && !still ? "smooth" : "instant",
    });
    this.pinned = true;
    this.showDown();
  }

  /** @param {number} messageId */
  goTo(messageId) {
    const row = this.rows.get(`message-${messageId}`);
    row?.scrollIntoView({ block: "center" });
    row?.classList.add("found");
    setTimeout(() => row?.classList.remove("found"), 1600);
  }
}

/**
 * An album's messages belong into one row.
 * @param {Message[]} messages
 * @returns {Message[][]}
 */
function grouped(messages) {
  /** @type {Message[][]} */
  const groups = [];
  for (const message of messages) {
    const last = groups.at(-1);
    const album = message.media_group_id;
    if (last && album !== undefined && last[0].media_group_id === album) last.push(message);
    else groups.push([message]);
  }
  return groups;
}
