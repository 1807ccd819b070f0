// Every tap inside the conversation, resolved against what the message says now rather than what
// it said when it was drawn.

import { byId } from "./dom.js";
import { author } from "./format.js";
import { largestUrl } from "./media.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./composer.js").Composer} Composer */
/** @typedef {import("./timeline.js").Timeline} Timeline */

export class Actions {
  /**
   * @param {Store} store
   * @param {Session} session
   * @param {Composer} composer
   * @param {Timeline} timeline
   * @param {import("./inline.js").Inline} inline
   */
  constructor(store, session, composer, timeline, inline) {
    this.store = store;
    this.session = session;
    this.composer = composer;
    this.timeline = timeline;
    this.inline = inline;
    const list = byId("timeline");
    list.addEventListener("click", (event) => this.clicked(event));
    list.addEventListener("keydown", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.key !== "Enter" && event.key !== " ") return;
      if (target.tagName === "BUTTON" || target.tagName === "A" || !target.dataset.action) return;
      event.preventDefault();
      target.click();
    });
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const origin = /** @type {Element} */ (event.target);
    const anchor = origin.closest("a[href]");
    if (anchor instanceof HTMLAnchorElement) {
      if (!anchor.download && this.session.openLink(anchor.href)) event.preventDefault();
      return;
    }
    const target = origin.closest("[data-action]");
    if (target instanceof HTMLElement) this.run(target);
    else this.showTools(origin.closest(".row"));
  }

  /** @param {HTMLElement} target */
  run(target) {
    const { session, store } = this;
    const messageId = Number(target.dataset.message);
    const outgoing = Number(target.dataset.id);
    switch (target.dataset.action) {
      case "tap":
        return this.tap(messageId, Number(target.dataset.x), Number(target.dataset.y));
      case "crowd":
        return void session.letJoin(messageId);
      case "enlarge":
        return this.enlarge(target, messageId);
      case "spoiler":
        return reveal(target);
      case "unfold":
        return target.parentElement?.toggleAttribute("data-ui-open");
      case "copy":
        return void session.overlays.copy(target.textContent ?? "");
      case "command":
        return session.outbox.text(target.textContent ?? "");
      case "reply":
        return this.composer.replyTo(messageId);
      case "remove":
        return void session.remove(messageId);
      case "edit":
        return this.composer.edit(messageId);
      case "goto":
        return this.timeline.goTo(messageId);
      case "retry":
        return session.outbox.retry(store.chatId, outgoing);
      case "discard":
        return session.outbox.discard(store.chatId, outgoing);
    }
  }

  /**
   * @param {number} messageId
   * @param {number} x
   * @param {number} y
   */
  tap(messageId, x, y) {
    const message = this.store.current.messages.get(messageId);
    const button = message?.reply_markup?.inline_keyboard?.[y]?.[x];
    if (!button) return;
    if (button.disabled) return;
    const shared = button.switch_inline_query_chosen_chat?.query;
    if (shared !== undefined) return this.inline.begin(shared);
    if (button.copy_text) void this.session.overlays.copy(button.copy_text.text);
    else if (button.callback_data !== undefined) {
      void this.session.taps.tap(messageId, button.callback_data);
    } else this.session.overlays.toast(this.store.t.notHere);
  }

  /**
   * @param {HTMLElement} target
   * @param {number} messageId
   */
  enlarge(target, messageId) {
    const message = this.store.current.messages.get(messageId);
    if (!message?.photo) return;
    if (target.classList.contains("veiled") && !target.hasAttribute("data-ui-revealed")) {
      target.setAttribute("data-ui-revealed", "");
      return;
    }
    const { name } = author(message, this.store.world);
    this.session.overlays.enlarge(largestUrl(message.photo), name, message.caption ?? "");
  }

  /**
   * A finger cannot hover, so a tap on a bubble shows what can be done with it.
   * @param {Element|null} row
   */
  showTools(row) {
    const tools = row?.querySelector(".row-tools");
    for (const each of document.querySelectorAll(".row-tools[data-ui-shown]")) {
      if (each !== tools) each.removeAttribute("data-ui-shown");
    }
    if (!getSelection()?.toString()) tools?.toggleAttribute("data-ui-shown");
  }
}

/** @param {HTMLElement} spoiler */
function reveal(spoiler) {
  spoiler.setAttribute("data-ui-revealed", "");
  for (const name of ["aria-label", "role", "tabindex", "data-action"]) spoiler.removeAttribute(name);
}
